/// Takes the known keys out of a mapping and reports the others.
package struct MappingDecoder {
    /// Where problems are reported.
    package let diagnostics: DiagnosticList
    /// Where the mapping starts.
    package let span: SourceSpan

    private let subject: String
    private let entries: [Node.Entry]
    private var known: [String] = []

    /// Makes a decoder of a mapping, or reports that the node is none.
    package init?(_ node: Node, as subject: String, _ diagnostics: DiagnosticList) {
        guard case .mapping(let entries) = node.content else {
            diagnostics.report("expected \(subject) as keys and values, found \(node.kind)", at: node.span)
            return nil
        }
        self.entries = entries
        self.subject = subject
        self.diagnostics = diagnostics
        span = node.span
    }

    /// Decodes a key that must be there; nothing, and a report, if it is absent or wrong.
    package mutating func required<Value>(_ key: String, _ format: Format<Value>) -> Located<Value>? {
        if !contains(key) { diagnostics.report("\(subject) lacks the key \"\(key)\"", at: span) }
        return optional(key, format)
    }

    /// Decodes a key that may be absent; a wrong value is reported.
    package mutating func optional<Value>(_ key: String, _ format: Format<Value>) -> Located<Value>? {
        known.append(key)
        guard let entry = entries.first(where: { $0.key == key }) else { return nil }
        guard !entry.value.isRefused else { return nil }
        guard !entry.value.isNull else {
            diagnostics.report("the key \"\(key)\" has no value; expected \(format.expected)", at: entry.keySpan)
            return nil
        }
        return format.decode(entry.value, diagnostics).map { Located($0, at: entry.value.span) }
    }

    /// Whether the mapping has the key, whatever its value.
    package func contains(_ key: String) -> Bool { entries.contains { $0.key == key } }

    /// Where a key is written.
    package func span(ofKey key: String) -> SourceSpan? { entries.first { $0.key == key }?.keySpan }

    /// Reports every key that nobody asked for.
    package mutating func finish() {
        for entry in entries where !known.contains(entry.key) {
            guard !diagnostics.isFull else {
                // Nobody will read the text, and searching for a suggestion takes time.
                diagnostics.report("", at: entry.keySpan)
                continue
            }
            let unused = known.filter { !contains($0) }
            let suggestion = EditDistance.nearest(to: entry.key, among: unused + known)
            let list = suggestion == nil ? "; it takes \(known.joined(separator: ", "))" : ""
            diagnostics.report(
                "\(subject) has no key \(Node.quoted(entry.key))\(list)",
                at: entry.keySpan,
                suggestion: suggestion,
            )
        }
    }
}
