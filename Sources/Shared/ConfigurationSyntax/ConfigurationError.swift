/// Why a configuration is refused: every problem found, each with its place, its line and a caret.
package struct ConfigurationError: Error, Hashable, Sendable {
    /// The file's name as the operator gave it.
    package let file: String
    /// The problems in the order of the file, at least one.
    package let diagnostics: [Diagnostic]
    private let excerpts: [Int: String]

    /// Makes the error of problems in a source.
    package init(_ source: Source, _ diagnostics: [Diagnostic]) {
        file = source.name
        self.diagnostics = diagnostics
        let wanted = Set(diagnostics.compactMap { $0.span?.line })
        excerpts = source.lines(numbered: wanted)
    }

    /// Makes the error of a file that cannot be read at all.
    package init(file: String, message: String) {
        self.file = file
        diagnostics = [Diagnostic(message, at: nil)]
        excerpts = [:]
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// `FILE:LINE:COLUMN: MESSAGE` for each problem, followed by the line and a caret below the place.
    package var description: String {
        diagnostics.map { rendered($0) }.joined(separator: "\n")
    }

    private func rendered(_ diagnostic: Diagnostic) -> String {
        guard let span = diagnostic.span else { return "\(file): \(diagnostic.text)" }
        let head = "\(file):\(span): \(diagnostic.text)"
        guard let line = excerpts[span.line] else { return head }
        // A long line is shown around the place alone.
        let width = 100
        let characters = Array(line.unicodeScalars)
        let column = min(span.column - 1, characters.count)
        let start = column < width - 20 ? 0 : column - width / 2
        let shown = characters[start..<min(characters.count, start + width)]
        let text = shown.map { Source.isPrintable($0) || $0 == "\t" ? String($0) : "?" }.joined()
        // Tabs are repeated below so that the caret stands where the terminal puts the character.
        let padding = shown.prefix(column - start).map { $0 == "\t" ? "\t" : " " }.joined()
        let tail = max(0, min(span.length, shown.endIndex - column) - 1)
        return "\(head)\n    \(text)\n    \(padding)^\(String(repeating: "~", count: tail))"
    }
}
