/// Builds the tree of one document out of libyaml's events, within bounds.
///
/// Anchors, aliases, tags, several documents, and a key that occurs twice in one mapping are refused: each lets a
/// file mean something else than it seems to say.
struct TreeBuilder: ~Copyable {
    /// How deep lists and mappings may nest.
    static let maximumDepth = 16
    /// How many nodes a document may have.
    static let maximumNodes = 50_000

    private var reader: EventReader
    private let diagnostics: DiagnosticList
    private var nodes = 0

    /// Makes a builder that reports into a list.
    init(_ source: Source, _ diagnostics: DiagnosticList) throws(Diagnostic) {
        reader = try EventReader(source)
        self.diagnostics = diagnostics
    }

    /// Reads the whole stream; nothing if it holds no document.
    mutating func document() throws(Diagnostic) -> Node? {
        var root: Node?
        while true {
            let event = try reader.next()
            switch event.kind {
            case .streamStart, .documentEnd:
                continue
            case .documentStart:
                guard root == nil else { throw Diagnostic("a second document starts here", at: event.span) }
                root = try node(try reader.next(), depth: 0)
            case .streamEnd:
                return root
            case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd:
                preconditionFailure("libyaml nests content in documents")
            }
        }
    }

    private mutating func node(_ event: EventReader.Event, depth: Int) throws(Diagnostic) -> Node {
        nodes += 1
        guard nodes <= Self.maximumNodes else {
            throw Diagnostic("the file has more than \(Self.maximumNodes) values", at: event.span)
        }
        guard depth < Self.maximumDepth else {
            throw Diagnostic("lists and mappings nest deeper than \(Self.maximumDepth) levels", at: event.span)
        }
        if event.hasAnchor { diagnostics.report("anchors are not accepted", at: event.span) }
        if event.hasTag { diagnostics.report("tags are not accepted", at: event.span) }
        switch event.kind {
        case .scalar(let text, let isPlain):
            return Node(.scalar(text, isPlain: isPlain), at: event.span)
        case .alias:
            diagnostics.report("aliases are not accepted", at: event.span)
            return Node(.alias, at: event.span)
        case .sequenceStart:
            return Node(.sequence(try items(depth: depth + 1)), at: event.span)
        case .mappingStart:
            return Node(.mapping(try entries(depth: depth + 1)), at: event.span)
        case .streamStart, .streamEnd, .documentStart, .documentEnd, .sequenceEnd, .mappingEnd:
            preconditionFailure("libyaml balances its events")
        }
    }

    private mutating func items(depth: Int) throws(Diagnostic) -> [Node] {
        var result: [Node] = []
        while true {
            let event = try reader.next()
            if case .sequenceEnd = event.kind { return result }
            result.append(try node(event, depth: depth))
        }
    }

    private mutating func entries(depth: Int) throws(Diagnostic) -> [Node.Entry] {
        var result: [Node.Entry] = []
        var seen: [String: SourceSpan] = [:]
        while true {
            let event = try reader.next()
            if case .mappingEnd = event.kind { return result }
            let key = try node(event, depth: depth)
            let value = try node(try reader.next(), depth: depth)
            guard case .scalar(let text, _) = key.content else {
                diagnostics.report("a key must be text, found \(key.kind)", at: key.span)
                continue
            }
            if let first = seen[text] {
                diagnostics.report("the key \(Node.quoted(text)) was given before, at line \(first.line)", at: key.span)
                continue
            }
            seen[text] = key.span
            result.append(Node.Entry(key: text, keySpan: key.span, value: value))
        }
    }
}
