/// How a value is written, and how it is decoded.
package struct Format<Value> {
    /// What a diagnostic says was expected, such as `a duration such as 200ms`.
    package let expected: String
    /// Decodes a node, or reports and gives nothing.
    package let decode: (Node, DiagnosticList) -> Value?

    /// Makes a format of a decoding function.
    package init(_ expected: String, decode: @escaping (Node, DiagnosticList) -> Value?) {
        self.expected = expected
        self.decode = decode
    }

    /// Makes a format of text; quotes do not matter.
    package static func text(_ expected: String, _ parse: @escaping (String) -> Value?) -> Format {
        Format(expected) { node, diagnostics in
            if case .scalar(let text, _) = node.content, let value = parse(text) { return value }
            diagnostics.report("expected \(expected), found \(node.kind)", at: node.span)
            return nil
        }
    }

    /// Makes a format of text without quotes.
    package static func plain(_ expected: String, _ parse: @escaping (String) -> Value?) -> Format {
        Format(expected) { node, diagnostics in
            if case .scalar(let text, isPlain: true) = node.content, let value = parse(text) { return value }
            diagnostics.report("expected \(expected), found \(node.kind)", at: node.span)
            return nil
        }
    }

    /// A value of this format that also satisfies a check, which says what is wrong or nothing.
    package func checked(_ check: @escaping (Value) -> String?) -> Format {
        Format(expected) { node, diagnostics in
            guard let value = decode(node, diagnostics) else { return nil }
            guard let problem = check(value) else { return value }
            diagnostics.report(problem, at: node.span)
            return nil
        }
    }

    /// A list of values of a format, at least one and at most so many.
    package static func list<Element>(
        of element: Format<Element>,
        atMost limit: Int
    ) -> Format where Value == [Located<Element>] {
        Format("a list") { node, diagnostics in
            guard case .sequence(let nodes) = node.content else {
                diagnostics.report("expected a list, each item \(element.expected), found \(node.kind)", at: node.span)
                return nil
            }
            guard !nodes.isEmpty else {
                diagnostics.report("the list is empty", at: node.span)
                return nil
            }
            guard nodes.count <= limit else {
                diagnostics.report("the list has \(nodes.count) items, the limit is \(limit)", at: node.span)
                return nil
            }
            return nodes.compactMap { item in
                guard !item.isRefused else { return nil }
                guard !item.isNull else {
                    diagnostics.report("the item is empty; expected \(element.expected)", at: item.span)
                    return nil
                }
                return element.decode(item, diagnostics).map { Located($0, at: item.span) }
            }
        }
    }
}
