/// What a probe of the director's own says, after rise and fall.
package enum ProbeOpinion: Hashable, Sendable {
    /// No such probe is run for the service.
    case disabled
    /// Not enough results yet, or the probe could not run.
    case unknown(Reason)
    /// The probe passes.
    case up
    /// The probe fails.
    case down(Reason)
}

extension ProbeOpinion {
    /// The opinion that a verdict stands for.
    package init(_ verdict: Verdict) {
        switch verdict.state {
        case .unknown: self = .unknown(verdict.reason)
        case .up: self = .up
        case .down: self = .down(verdict.reason)
        }
    }
}
