import Health
import Linux
import Primitives
import Probing

/// The probing thread of a director in the calling thread's namespace, with what it reports.
final class ProbingWitness {
    struct TimedOut: Error {
        var last: [String]
    }

    private let reports: Mailbox<ProbeReport>
    private let thread: ProbingThread
    /// What the last summary said of who claims virtual addresses.
    private(set) var findings: [AddressFinding] = []
    private var states: [ProbeTarget: ProbeReport.Entry] = [:]

    /// Starts the thread.
    init() throws {
        let reports = try Mailbox<ProbeReport>(capacity: 8192, whenFull: .dropOldest)
        self.reports = reports
        thread = try ProbingThread.start(seed: 1) { reports.post($0) }
    }

    /// Replaces what is probed.
    func post(_ demand: ProbeDemand) { thread.post(demand) }

    /// How many turns the probing thread made.
    var turns: UInt64 { thread.completedTurns }

    /// Ends the probing thread.
    func stop() { thread.stop() }

    /// Reads reports until something holds of them.
    private func read(until holds: (ProbeReport) -> Bool) throws {
        var reactor = try Reactor()
        try reactor.add(reports.descriptor, token: 0, interest: .read)
        let deadline = Clock.now + .seconds(8)
        while Clock.now < deadline {
            _ = try reactor.wait(until: deadline)
            var isDone = false
            for report in reports.drain() {
                if report.isSummary { findings = report.findings }
                for entry in report.entries { states[entry.target] = entry }
                if holds(report) { isDone = true }
            }
            if isDone { return }
        }
        throw TimedOut(last: findings.map { "\($0)" } + states.values.map { "\($0.target.check): \($0.verdict)" })
    }

    /// Waits for what the summaries say of who claims virtual addresses.
    func waitForFindings(_ holds: ([AddressFinding]) -> Bool) throws {
        try read { $0.isSummary && holds(findings) }
    }

    /// The findings of the next summaries.
    func nextFindings(_ count: Int) throws -> [[AddressFinding]] {
        var found: [[AddressFinding]] = []
        try read { report in
            if report.isSummary { found.append(report.findings) }
            return found.count >= count
        }
        return found
    }

    /// Waits until a target is believed to be in a state for a reason; a lasting one may have been told before.
    @discardableResult
    func wait(for target: ProbeTarget, _ reason: Reason, isLasting: Bool = false) throws -> ProbeReport.Entry {
        if let entry = states[target], entry.verdict.reason == reason, isLasting { return entry }
        var found: ProbeReport.Entry?
        try read { _ in
            if let entry = states[target], entry.verdict.reason == reason { found = entry }
            return found != nil
        }
        guard let found else { throw TimedOut(last: []) }
        return found
    }
}
