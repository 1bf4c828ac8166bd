package import Checks
package import Linux

extension AnswerPattern {
    /// Whether an answer is the expected one; the expression is the compiled form of the pattern, if it is one.
    package func isMet(by bytes: [UInt8], _ expression: RegularExpression?) -> Bool {
        switch self {
        case .contains(let needle): Self.isFound(needle, in: bytes)
        case .matches: expression?.matches(bytes) ?? false
        }
    }
}

extension RegularExpression {
    /// The compiled form of a pattern; nothing where it is none, or none of regular expressions.
    package convenience init?(_ pattern: AnswerPattern?) {
        guard case .matches(let text) = pattern else { return nil }
        self.init(text)
    }
}
