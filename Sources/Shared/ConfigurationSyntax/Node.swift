/// A node of the document's tree that remembers where it was written.
package struct Node: Sendable {
    /// A key and its value in a mapping.
    package struct Entry: Sendable {
        /// The key's text.
        package var key: String
        /// Where the key is written.
        package var keySpan: SourceSpan
        /// The value.
        package var value: Node
    }

    /// What a node is.
    package enum Content: Sendable {
        /// Text; a plain scalar is one without quotes, the only form that may be a number or a boolean.
        case scalar(String, isPlain: Bool)
        /// A list.
        case sequence([Node])
        /// Keys and values in the file's order; no key occurs twice.
        case mapping([Entry])
        /// An alias, which was reported already.
        case alias
    }

    /// What the node is.
    package var content: Content
    /// Where it is written.
    package var span: SourceSpan

    /// Makes a node.
    package init(_ content: Content, at span: SourceSpan) {
        self.content = content
        self.span = span
    }

    /// What a diagnostic calls the node.
    var kind: String {
        switch content {
        case .scalar(let text, isPlain: true): Self.nulls.contains(text) ? "nothing" : Self.quoted(text)
        case .scalar(let text, isPlain: false): "the text \(Self.quoted(text))"
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .alias: "an alias"
        }
    }

    /// Whether the value was left out: `key:`, `key: ~` or `key: null`.
    var isNull: Bool {
        if case .scalar(let text, isPlain: true) = content { Self.nulls.contains(text) } else { false }
    }

    /// Whether the node was refused before, so that nothing more is to be said about it.
    var isRefused: Bool {
        if case .alias = content { true } else { false }
    }

    private static let nulls: Set<String> = ["", "~", "null", "Null", "NULL"]

    /// Text in quotation marks, shortened and without anything that could disturb a terminal.
    package static func quoted(_ text: String) -> String {
        let limit = 60
        let shown = text.unicodeScalars.prefix(limit).map { Source.isPrintable($0) ? String($0) : "?" }.joined()
        return "\"\(shown)\(text.unicodeScalars.count > limit ? "…" : "")\""
    }
}
