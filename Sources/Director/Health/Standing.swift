/// All that is decided about one real server in one service before the service's own needs are looked at.
///
/// Health says whether it would serve well, the administrative state whether it shall serve at all. Each is known
/// whatever the other is; the decision is what the two together make of its weight.
package struct Standing: Hashable, Sendable {
    /// Whether somebody keeps it from new connections on purpose.
    package let administrative: AdministrativeState
    /// Whether it would serve well.
    package let health: Verdict.State
    /// Why its health is what it is.
    package let healthReason: Reason
    /// What else is wrong with it and would decide if that were not, in the order in which it would.
    package let furtherReasons: [Reason]
    /// What the two make of its weight.
    package let decision: HealthDecision
    /// Whether one of the director's own probes calls it down, whatever decides.
    let failsProbes: Bool

    /// Makes the standing that follows from a decision about health alone, and from whoever overrules it.
    init(health: HealthDecision, besides: [Reason], failsProbes: Bool, overruledBy order: HealthDecision?) {
        switch health.weightPolicy {
        case .serve: self.health = .up
        case .zero: self.health = .down
        case .keep: self.health = .unknown
        }
        healthReason = health.reason
        self.failsProbes = failsProbes
        furtherReasons = besides
        decision = order ?? health
        switch order?.reason {
        case .operatorMaintenance, .agentMaintenance: administrative = .maintenance
        case .operatorDrain, .agentDraining: administrative = .draining
        default: administrative = .inService
        }
    }

    /// Whether anything that is known shows that a connection sent to it is lost for certain: what else is wrong, and
    /// comes first in the order, makes that no less true.
    package var forbidsFailingOpen: Bool {
        healthReason.forbidsFailingOpen || furtherReasons.contains(where: \.forbidsFailingOpen)
    }
}
