package import Primitives

/// What one run of a probe gave.
package enum ProbeOutcome: Hashable, Sendable {
    /// The target answered as it should, after this time.
    case passed(Interval)
    /// The target did not.
    case failed(Reason, evidence: String)
    /// The probe could not run: no descriptors, no route, no interface.
    case couldNotRun(evidence: String)
    /// No answer came, and none from anybody else either: that says more about the director than about the target.
    case inconclusive(evidence: String)

    /// How it counts.
    package var result: RiseFallCounter.Result {
        switch self {
        case .passed: .success
        case .failed: .failure
        case .couldNotRun, .inconclusive: .obstacle
        }
    }
}
