internal import CYAML

/// Reads libyaml's events one after another (`yaml_parser_parse`), with their places.
@safe
struct EventReader: ~Copyable {
    /// What an event says.
    enum Kind {
        case streamStart, streamEnd, documentStart, documentEnd
        case alias
        case scalar(String, isPlain: Bool)
        case sequenceStart, sequenceEnd, mappingStart, mappingEnd
    }

    /// An event, and whether it carries what this dialect refuses.
    struct Event {
        var kind: Kind
        var span: SourceSpan
        var hasAnchor = false
        var hasTag = false
    }

    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>
    private let source: Source

    /// Makes a reader at the start of a source.
    init(_ source: Source) throws(Diagnostic) {
        self.source = source
        // libyaml keeps pointers to the parser and to the input, so neither may move.
        unsafe parser = .allocate(capacity: 1)
        unsafe input = .allocate(capacity: source.bytes.count)
        _ = unsafe input.initialize(from: source.bytes)
        guard unsafe yaml_parser_initialize(parser) == 1 else {
            unsafe parser.initialize(to: yaml_parser_t())
            throw Diagnostic("out of memory", at: nil)
        }
        unsafe yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        unsafe yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        unsafe yaml_parser_delete(parser)
        unsafe parser.deallocate()
        unsafe input.deallocate()
    }

    /// Takes the next event.
    mutating func next() throws(Diagnostic) -> Event {
        var raw = unsafe yaml_event_t()
        guard unsafe yaml_parser_parse(parser, &raw) == 1 else { throw problem() }
        defer { unsafe yaml_event_delete(&raw) }
        let start = unsafe raw.start_mark
        let end = unsafe raw.end_mark
        let length = start.line == end.line ? end.column - min(start.column, end.column) : 1
        var event = Event(
            kind: .streamEnd,
            span: SourceSpan(line: start.line + 1, column: start.column + 1, length: length),
        )
        switch unsafe raw.type {
        case YAML_STREAM_START_EVENT: event.kind = .streamStart
        case YAML_DOCUMENT_START_EVENT: event.kind = .documentStart
        case YAML_DOCUMENT_END_EVENT: event.kind = .documentEnd
        case YAML_ALIAS_EVENT: event.kind = .alias
        case YAML_SCALAR_EVENT:
            let scalar = unsafe raw.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            event.kind = .scalar(
                unsafe String(decoding: bytes, as: UTF8.self),
                isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE,
            )
            event.hasAnchor = unsafe scalar.anchor != nil
            event.hasTag = unsafe scalar.tag != nil
        case YAML_SEQUENCE_START_EVENT:
            event.kind = .sequenceStart
            event.span.length = 1
            event.hasAnchor = unsafe raw.data.sequence_start.anchor != nil
            event.hasTag = unsafe raw.data.sequence_start.tag != nil
        case YAML_SEQUENCE_END_EVENT: event.kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            event.kind = .mappingStart
            event.span.length = 1
            event.hasAnchor = unsafe raw.data.mapping_start.anchor != nil
            event.hasTag = unsafe raw.data.mapping_start.tag != nil
        case YAML_MAPPING_END_EVENT: event.kind = .mappingEnd
        default: event.kind = .streamEnd
        }
        return event
    }

    /// The parser's complaint in its own words, at its place, with a hint where the words do not help.
    private func problem() -> Diagnostic {
        var words = "the YAML cannot be read"
        if let text = unsafe parser.pointee.problem { words = unsafe String(cString: text) }
        guard unsafe parser.pointee.error != YAML_READER_ERROR else {
            return Diagnostic(words, at: source.span(ofByte: unsafe parser.pointee.problem_offset))
        }
        let mark = unsafe parser.pointee.problem_mark
        let span = SourceSpan(line: mark.line + 1, column: mark.column + 1)
        let line = source.lines(numbered: [span.line])[span.line] ?? ""
        if line.prefix(while: { $0 == " " || $0 == "\t" }).contains("\t") {
            words = "a tab indents this line; YAML takes spaces alone"
        } else if let context = unsafe parser.pointee.context {
            words = "\(unsafe String(cString: context)), \(words)"
        }
        return Diagnostic(words, at: span)
    }
}
