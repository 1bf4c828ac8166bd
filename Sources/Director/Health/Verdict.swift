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
    /// What was seen, in words; of a probe that passes, how long it took.
    package var evidence: String {
        switch seen {
        case .words(let text): text
        case .answer(let time): "answered in \(time)"
        }
    }

    private let seen: Seen

    /// Words are made of an answer only when somebody reads them, which is far less often than it comes.
    private enum Seen: Hashable, Sendable {
        case words(String)
        case answer(Interval)
    }

    /// Since when the state stands.
    package var since: MonotonicInstant

    /// Makes a verdict.
    package init(_ state: State, _ reason: Reason, evidence: String = "", since: MonotonicInstant) {
        self.state = state
        self.reason = reason
        seen = .words(evidence)
        self.since = since
    }

    /// Makes the verdict on a target whose probe passed in a time.
    package init(passedIn time: Interval, since: MonotonicInstant) {
        (state, reason) = (.up, .passing)
        seen = .answer(time)
        self.since = since
    }
}
