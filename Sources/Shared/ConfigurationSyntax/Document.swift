/// A configuration file as a tree, still without meaning.
package enum Document {
    /// Parses a source and decodes its root mapping; every problem of syntax and of meaning is told at once.
    ///
    /// The function is pure: the same octets give the same value or the same error.
    package static func decode<Value>(
        _ source: Source,
        _ body: (inout MappingDecoder) -> Value?
    ) throws(ConfigurationError) -> Value {
        let diagnostics = DiagnosticList()
        let value = root(of: source, diagnostics).flatMap { node -> Value? in
            guard var decoder = MappingDecoder(node, as: "the file", diagnostics) else { return nil }
            let value = body(&decoder)
            decoder.finish()
            return value
        }
        guard diagnostics.isEmpty, let value else { throw ConfigurationError(source, diagnostics.sorted) }
        return value
    }

    private static func root(of source: Source, _ diagnostics: DiagnosticList) -> Node? {
        guard source.bytes.count <= Source.maximumSize else {
            diagnostics.report("the file is larger than 1 MiB", at: nil)
            return nil
        }
        if let offset = firstInvalidByte(source.bytes) {
            diagnostics.report("the file is not UTF-8 here", at: source.span(ofByte: offset))
            return nil
        }
        do {
            var builder = try TreeBuilder(source, diagnostics)
            guard let root = try builder.document() else {
                diagnostics.report("the file is empty", at: nil)
                return nil
            }
            return root
        } catch {
            diagnostics.add(error)
            return nil
        }
    }

    /// The offset of the first octet that belongs to no character.
    private static func firstInvalidByte(_ bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var offset = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        while case .scalarValue(let scalar) = decoder.decode(&iterator) { offset += UTF8.width(scalar) }
        return offset
    }
}
