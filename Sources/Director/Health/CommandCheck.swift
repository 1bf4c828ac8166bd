package import Primitives

/// A program that checks a real server.
package struct CommandCheck: Hashable, Sendable {
    /// The program's absolute path and its arguments; `{address}` and `{port}` stand for the real server's.
    package var arguments: [String]

    /// How much of a program's output is kept, for the evidence.
    package static let outputLimit = 1_024

    /// Makes a check.
    package init(arguments: [String]) {
        self.arguments = arguments
    }

    /// The argument vector for one real server.
    package func vector(for endpoint: Endpoint) -> [String] {
        arguments.map { argument in
            switch argument {
            case "{address}": "\(endpoint.address)"
            case "{port}": "\(endpoint.port)"
            default: argument
            }
        }
    }

    /// What the program's end means.
    ///
    /// - Parameters:
    ///   - status: its exit status; nothing if a signal ended it.
    ///   - output: what it wrote.
    ///   - time: how long it ran.
    /// - Returns: the run's outcome.
    package func outcome(status: Int?, output: [UInt8], after time: Interval) -> ProbeOutcome {
        let name = arguments.first ?? ""
        let line = ProbeText.shown(Array(output.prefix { $0 != 10 }))
        let said = line.isEmpty ? "" : ": \(line)"
        guard let status else { return .failed(.commandFailed, evidence: "a signal ended \(name)\(said)") }
        return status == 0
            ? .passed(time) : .failed(.commandFailed, evidence: "\(name) gave exit status \(status)\(said)")
    }
}

extension CommandCheck: CustomStringConvertible {
    package var description: String { arguments.joined(separator: " ") }
}
