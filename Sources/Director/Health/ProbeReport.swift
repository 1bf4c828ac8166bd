package import Primitives

/// What the prober tells the rest of the director.
package struct ProbeReport: Hashable, Sendable {
    /// One target's standing.
    package struct Entry: Hashable, Sendable {
        /// The target.
        package var target: ProbeTarget
        /// What is believed.
        package var verdict: Verdict
        /// When the last run ended.
        package var lastRun: MonotonicInstant?
        /// What it gave.
        package var lastOutcome: ProbeOutcome?
        /// How long its parts took, where it has parts.
        package var lastPhases: ProbePhases?
        /// How many runs ended.
        package var runs: UInt64
        /// How many of them failed.
        package var failures: UInt64
        /// How many of them could not run.
        package var obstacles: UInt64

        /// Makes the standing of a target that was never probed.
        package init(target: ProbeTarget, at now: MonotonicInstant) {
            self.target = target
            verdict = Verdict(.unknown, .awaitingResults, since: now)
            (runs, failures, obstacles) = (0, 0, 0)
        }
    }

    /// Whether this is the regular summary of every target, and not the change of some.
    package var isSummary: Bool
    /// The targets, in the order in which they were asked for.
    package var entries: [Entry]

    /// Who claims a virtual address that is not theirs; in a summary.
    package var findings: [AddressFinding] = []

    /// Makes a report.
    package init(isSummary: Bool, entries: [Entry]) {
        self.isSummary = isSummary
        self.entries = entries
    }
}
