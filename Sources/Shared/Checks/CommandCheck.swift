package import Primitives

/// A program that checks a server.
package struct CommandCheck: Hashable, Sendable {
    /// The program's absolute path and its arguments; `{address}` and `{port}` in them stand for the server's.
    package var arguments: [String]

    /// How much of a program's output is kept, for the evidence.
    package static let outputLimit = 1_024

    /// Makes a check.
    package init(arguments: [String]) {
        self.arguments = arguments
    }

    /// Whether the program is told the server's port.
    package var usesPort: Bool { arguments.contains { $0.contains("{port}") } }

    /// The argument vector for one server.
    package func vector(for endpoint: Endpoint) -> [String] {
        arguments.map { argument in
            argument.replacing("{address}", with: "\(endpoint.address)").replacing("{port}", with: "\(endpoint.port)")
        }
    }

    /// What the program's end means.
    ///
    /// - Parameters:
    ///   - status: its exit status; nothing if a signal ended it.
    ///   - output: what it wrote.
    /// - Returns: what is wrong; nothing if the check passes.
    package func problem(status: Int?, output: [UInt8]) -> String? {
        let name = arguments.first ?? ""
        guard status != 0 else { return nil }
        let line = ProbeText.shown(Array(output.prefix { $0 != 10 }))
        let said = line.isEmpty ? "" : ": \(line)"
        guard let status else { return "a signal ended \(name)\(said)" }
        return "\(name) gave exit status \(status)\(said)"
    }
}

extension CommandCheck: CustomStringConvertible {
    package var description: String { arguments.joined(separator: " ") }
}
