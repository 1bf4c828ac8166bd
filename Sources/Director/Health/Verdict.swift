package import Primitives

/// What is believed about a probe's target, why, and since when.
package struct Verdict: Hashable, Sendable {
    /// What is believed.
    package enum State: String, Hashable, Sendable, CaseIterable, Codable {
        case unknown
        case up
        case down
    }

    /// What is believed.
    package var state: State
    /// Why.
    package var reason: Reason
    /// What was seen.
    package var evidence: String
    /// Since when the state stands.
    package var since: MonotonicInstant

    /// Makes a verdict.
    package init(_ state: State, _ reason: Reason, evidence: String = "", since: MonotonicInstant) {
        self.state = state
        self.reason = reason
        self.evidence = evidence
        self.since = since
    }
}
