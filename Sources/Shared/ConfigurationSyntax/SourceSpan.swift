/// A place in a configuration file: where a key or a value starts, and how far it goes on its line.
package struct SourceSpan: Hashable, Comparable, Sendable {
    /// The line, counted from 1.
    package var line: Int
    /// The column in characters, counted from 1.
    package var column: Int
    /// How many characters the span covers on its first line, at least 1.
    package var length: Int

    /// Makes a span.
    package init(line: Int, column: Int, length: Int = 1) {
        self.line = line
        self.column = column
        self.length = max(1, length)
    }

    package static func < (left: SourceSpan, right: SourceSpan) -> Bool {
        left.line == right.line ? left.column < right.column : left.line < right.line
    }
}

extension SourceSpan: CustomStringConvertible {
    package var description: String { "\(line):\(column)" }
}
