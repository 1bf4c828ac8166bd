internal import Linux
internal import Primitives
internal import SystemPackage
internal import VRRP

/// A tracked script: it is started in its interval, killed at its timeout, and judged by its exit status.
///
/// A class because a dictionary holds it; the tracking thread is its one owner.
final class ScriptRun {
    /// So much of its output is kept as evidence; the rest is read and forgotten.
    private static let kept = 200
    /// So often its output is read in one turn.
    private static let reads = 16

    private let script: TrackSettings.Script
    private var process: UnprivilegedProcess?
    private var startedAt: MonotonicInstant?
    private var output: [UInt8] = []
    private var failures = 0
    private var successes = 0
    /// Why it counts as failing, while it does.
    private(set) var failure: String?

    init(_ script: TrackSettings.Script) {
        self.script = script
    }

    /// Starts, reads, kills or judges it, whatever is due.
    func advance(at now: MonotonicInstant) {
        guard let process else {
            if startedAt.map({ now >= $0 + script.interval }) ?? true { start(at: now) }
            return
        }
        // The end first: what was written before it is there when it has come.
        let end = process.reap()
        for _ in 0..<Self.reads {
            let octets = process.readOutput()
            guard !octets.isEmpty else { break }
            output += octets.prefix(max(0, Self.kept - output.count))
        }
        switch end {
        case .exited(0): judge(nil)
        case .exited(let status): judge("exit status \(status)\(excerpt)")
        case .signalled: judge("it ended by a signal\(excerpt)")
        case nil:
            guard let startedAt, now >= startedAt + script.timeout else { return }
            judge("it ran longer than \(script.timeout)")
        }
        // Letting go of it kills whatever is left of it.
        self.process = nil
    }

    private func start(at now: MonotonicInstant) {
        startedAt = now
        output = []
        do throws(Errno) {
            process = try UnprivilegedProcess(script.arguments)
        } catch {
            judge("it cannot be started: \(error)")
        }
    }

    private func judge(_ problem: String?) {
        if let problem {
            successes = 0
            failures += 1
            if failure != nil || failures >= script.fall { failure = problem }
        } else {
            failures = 0
            successes += 1
            if successes >= script.rise { failure = nil }
        }
    }

    /// The beginning of what it wrote, in one line of characters that any terminal can show.
    private var excerpt: String {
        let text = output.prefix { $0 != 10 }.map { (32..<127).contains($0) ? Character(UnicodeScalar($0)) : "?" }
        return text.isEmpty ? "" : ": \(String(text))"
    }
}
