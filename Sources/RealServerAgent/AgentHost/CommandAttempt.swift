internal import AgentCore
internal import Checks
internal import Linux
internal import SystemPackage

/// One run of an external command, without capabilities.
final class CommandAttempt: LocalAttempt {
    /// How many commands may run at once; more could not run.
    static let limit = 16
    /// So often the output is read when the command has ended.
    private static let reads = 16

    private let process: UnprivilegedProcess
    private let command: CommandCheck
    private var output: [UInt8] = []

    var descriptors: [(raw: Int32, interest: Interest)] { process.descriptors.map { ($0, .read) } }

    /// Starts the program.
    init(_ command: CommandCheck, _ arguments: [String]) throws(Errno) {
        process = try UnprivilegedProcess(arguments)
        self.command = command
    }

    func advance() -> LocalRunOutcome? {
        // What exceeds the limit is read and forgotten, so that no program waits for a full pipe.
        _ = read()
        guard let end = process.reap() else { return nil }
        for _ in 0..<Self.reads {
            guard read() else { break }
        }
        let status: Int? = if case .exited(let status) = end { status } else { nil }
        return command.problem(status: status, output: output).map { .failed($0) }
            ?? .passed("\(command.arguments.first ?? "") passes", answer: output)
    }

    private func read() -> Bool {
        let bytes = process.readOutput()
        output += bytes.prefix(max(0, CommandCheck.outputLimit - output.count))
        return !bytes.isEmpty
    }
}
