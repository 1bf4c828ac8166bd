import Checks
import Health
import Linux
import Primitives

import struct SystemPackage.Errno

/// One run of an external command.
final class CommandAttempt: ProbeAttempt {
    /// How many commands may run at once; more wait for their turn.
    static let limit = 64

    private let process: UnprivilegedProcess
    private let command: CommandCheck
    private let startedAt: MonotonicInstant
    private var output: [UInt8] = []

    var descriptors: [Int32] { process.descriptors }

    private init(_ process: UnprivilegedProcess, _ command: CommandCheck, _ now: MonotonicInstant) {
        self.process = process
        self.command = command
        startedAt = now
    }

    /// Starts the program.
    static func start(_ command: CommandCheck, for target: Endpoint, at now: MonotonicInstant) -> AttemptStart {
        do throws(Errno) {
            let process = try UnprivilegedProcess(command.vector(for: target))
            return .pending(CommandAttempt(process, command, now))
        } catch {
            return .done(.couldNotRun(evidence: "\(command.arguments.first ?? "command"): \(error)"))
        }
    }

    func advance(at now: MonotonicInstant) -> ProbeOutcome? {
        // What exceeds the limit is read and forgotten, so that no program waits for a full pipe.
        output += process.readOutput().prefix(max(0, CommandCheck.outputLimit - output.count))
        guard let end = process.reap() else { return nil }
        let status: Int? = if case .exited(let status) = end { status } else { nil }
        return command.problem(status: status, output: output).map { .failed(.commandFailed, evidence: $0) }
            ?? .passed(now - startedAt)
    }

    func expire(at now: MonotonicInstant) -> ProbeOutcome {
        advance(at: now)
            ?? .failed(.probeTimedOut, evidence: "\(command.arguments.first ?? "") was killed, its time is up")
    }
}
