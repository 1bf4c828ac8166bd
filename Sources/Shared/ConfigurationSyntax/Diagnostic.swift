/// One problem in a configuration file.
package struct Diagnostic: Error, Hashable, Sendable {
    /// Where the problem is, or nothing if it is of the file as a whole.
    package var span: SourceSpan?
    /// What is wrong, and what was expected.
    package var message: String
    /// The nearest valid spelling.
    package var suggestion: String?

    /// Makes a diagnostic.
    package init(_ message: String, at span: SourceSpan?, suggestion: String? = nil) {
        self.message = message
        self.span = span
        self.suggestion = suggestion
    }

    /// The message and the suggestion in one line.
    package var text: String { suggestion.map { "\(message); did you mean \"\($0)\"?" } ?? message }
}

extension Diagnostic: CustomStringConvertible {
    package var description: String { span.map { "\($0): \(text)" } ?? text }
}
