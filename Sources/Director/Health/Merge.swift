/// Merges all that is known about one real server in one service.
///
/// The order is: operator, the agent's negative facts, the director's own probes (all must pass), the agent's
/// positive facts. A stale agent is unknown and never down; a node whose agent was never heard gets traffic only
/// after a success on the direct path, for nothing else shows that it is a correct real server.
package func merge(
    operator override: OperatorOverride,
    agent: AgentOpinion,
    probe: ProbeOpinion,
    directPath: ProbeOpinion,
) -> HealthDecision {
    switch override {
    case .maintenance: return HealthDecision(.zero, .operatorMaintenance, by: .operator)
    case .drain: return HealthDecision(.zero, .operatorDrain, by: .operator)
    case .none: break
    }
    if case .negative(let reason) = agent { return HealthDecision(.zero, reason, by: .agent) }
    if case .down(let reason) = probe { return HealthDecision(.zero, reason, by: .probe) }
    if case .down(let reason) = directPath { return HealthDecision(.zero, reason, by: .directPath) }
    // What was wrong when the agent was last heard and no probe can see stays as it was decided then.
    if case .staleNegative(let reason) = agent { return HealthDecision(.keep, reason, by: .agent) }
    switch (probe, directPath) {
    case (.down, _), (_, .down):
        preconditionFailure("decided above")
    case (.up, .up), (.disabled, .up):
        return HealthDecision(.serve, passing(agent), by: .directPath)
    case (.up, .disabled), (.disabled, .disabled):
        return withoutDirectPath(agent, isProbed: probe == .up)
    case (.unknown(let reason), _), (_, .unknown(let reason)):
        guard agent != .positive else { return HealthDecision(.serve, .agentConfirms, by: .agent) }
        return HealthDecision(.keep, reason, by: .nobody)
    }
}

/// Why a node serves whose probes pass.
private func passing(_ agent: AgentOpinion) -> Reason {
    switch agent {
    case .stale: .agentStale
    case .neverHeard: .agentNeverHeard
    case .absent, .undecided, .positive, .negative, .staleNegative: .passing
    }
}

/// Decides where no direct-path probe is run and the probe of the real address, if there is one, passes.
private func withoutDirectPath(_ agent: AgentOpinion, isProbed: Bool) -> HealthDecision {
    switch agent {
    case .positive:
        return isProbed
            ? HealthDecision(.serve, .passing, by: .probe) : HealthDecision(.serve, .agentConfirms, by: .agent)
    case .neverHeard:
        return HealthDecision(.keep, .awaitingAgent, by: .nobody)
    case .absent:
        // The operator chose to have neither an agent nor a probe of the path.
        return HealthDecision(.serve, isProbed ? .passing : .unchecked, by: isProbed ? .probe : .operator)
    case .stale:
        return isProbed
            ? HealthDecision(.serve, .agentStale, by: .probe) : HealthDecision(.keep, .agentStale, by: .nobody)
    case .undecided:
        return isProbed
            ? HealthDecision(.serve, .passing, by: .probe) : HealthDecision(.keep, .awaitingResults, by: .nobody)
    case .negative, .staleNegative:
        preconditionFailure("decided by the caller")
    }
}
