package import Checks
package import ConfigurationSyntax

extension AnswerPattern {
    /// The pattern of one of two keys, plain text or an expression; nothing where neither is written.
    package init?(_ text: Located<String>?, _ expression: Located<String>?) {
        if let text {
            self = .contains(Array(text.value.utf8))
        } else if let expression {
            self = .matches(expression.value)
        } else {
            return nil
        }
    }
}
