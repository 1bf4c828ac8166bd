/// Collects the problems of one file, so that all of them are told at once.
///
/// Decoding is one synchronous pass over a tree; the list is a reference because every part of that pass adds to it.
package final class DiagnosticList {
    /// How many problems are kept; the rest is only counted.
    package static let limit = 50

    private var kept: [Diagnostic] = []
    private var dropped = 0

    /// Makes an empty list.
    package init() {}

    /// Whether there was any problem.
    package var isEmpty: Bool { kept.isEmpty }

    /// Whether further problems are only counted.
    var isFull: Bool { kept.count >= Self.limit }

    /// How many problems there were so far.
    package var count: Int { kept.count + dropped }

    /// Adds a problem.
    package func report(_ message: String, at span: SourceSpan?, suggestion: String? = nil) {
        add(Diagnostic(message, at: span, suggestion: suggestion))
    }

    func add(_ diagnostic: Diagnostic) {
        guard !isFull else {
            dropped += 1
            return
        }
        // The same words at the same place say nothing new.
        guard !kept.contains(diagnostic) else { return }
        kept.append(diagnostic)
    }

    /// The problems in the order of the file, with a last one that says how many more there were.
    package var sorted: [Diagnostic] {
        // A stable sort: problems of one place stay in the order in which they were found.
        var result = kept.enumerated().sorted {
            let left = $0.element.span ?? SourceSpan(line: 0, column: 0)
            let right = $1.element.span ?? SourceSpan(line: 0, column: 0)
            return left.line == right.line && left.column == right.column ? $0.offset < $1.offset : left < right
        }.map(\.element)
        if dropped > 0 { result.append(Diagnostic("and \(dropped) more problems", at: nil)) }
        return result
    }
}
