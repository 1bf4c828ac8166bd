/// Merges all that is known about one real server in one service, and says what its weight shall be.
package func merge(
    operator override: OperatorOverride,
    agent: AgentOpinion,
    probe: ProbeOpinion,
    directPath: ProbeOpinion,
    peer: Verdict.State = .unknown,
    past: MemberPast = .clean,
) -> HealthDecision {
    assess(operator: override, agent: agent, probe: probe, directPath: directPath, peer: peer, past: past).decision
}

/// Merges all that is known about one real server in one service, health and administrative state apart.
///
/// The order is: operator, the agent's negative facts, the director's own probes (all must pass), the agent's
/// positive facts, the other director. A stale agent is unknown and never down; a node whose agent was never heard
/// gets traffic only after a success on the direct path, for nothing else shows that it is a correct real server. What
/// is out for a reason that the agent may not see stays out until the probes pass.
package func assess(
    operator override: OperatorOverride,
    agent: AgentOpinion,
    probe: ProbeOpinion,
    directPath: ProbeOpinion,
    peer: Verdict.State = .unknown,
    past: MemberPast = .clean,
) -> Standing {
    let order: HealthDecision? =
        switch (override, agent) {
        case (.maintenance, _): HealthDecision(.zero, .operatorMaintenance, by: .operator)
        case (.drain, _): HealthDecision(.zero, .operatorDrain, by: .operator)
        case (.none, .negative(.agentMaintenance)): HealthDecision(.zero, .agentMaintenance, by: .agent)
        case (.none, .negative(.agentDraining)): HealthDecision(.zero, .agentDraining, by: .agent)
        case (.none, _): nil
        }
    // That a node is to be left alone says nothing about its health: the probes do.
    let isOrder = agent == .negative(.agentMaintenance) || agent == .negative(.agentDraining)
    let facts = isOrder ? .undecided : agent
    let health = judgeHealth(agent: facts, probe: probe, directPath: directPath, past: past).supplemented(by: peer)
    var besides: [Reason] = []
    for reason in complaints(agent: facts, probe: probe, directPath: directPath)
    where reason != health.reason && !besides.contains(reason) {
        besides.append(reason)
    }
    let failsProbes = [probe, directPath].contains { if case .down = $0 { true } else { false } }
    return Standing(health: health, besides: besides, failsProbes: failsProbes, overruledBy: order)
}

/// All that is called wrong, in the order in which it decides.
private func complaints(agent: AgentOpinion, probe: ProbeOpinion, directPath: ProbeOpinion) -> [Reason] {
    var reasons: [Reason] = []
    if case .negative(let reason) = agent { reasons.append(reason) }
    if case .down(let reason) = probe { reasons.append(reason) }
    if case .down(let reason) = directPath { reasons.append(reason) }
    if case .staleNegative(let reason) = agent { reasons.append(reason) }
    return reasons
}

extension HealthDecision {
    /// The decision with the other director's word where nobody here knows anything.
    ///
    /// Its good word puts a node into service. Its bad word takes none out: it may be the peer that is cut off, and
    /// what the kernel has stands until this director knows better.
    fileprivate func supplemented(by peer: Verdict.State) -> HealthDecision {
        switch (decider, peer) {
        case (.nobody, .up): HealthDecision(.serve, .peerConfirms, by: .peer)
        case (.nobody, .down): HealthDecision(.keep, .peerSeesDown, by: .peer)
        case (.nobody, .unknown), (.operator, _), (.agent, _), (.probe, _), (.directPath, _), (.peer, _), (.service, _):
            self
        }
    }
}

/// Decides about health alone, from what this director knows itself.
private func judgeHealth(
    agent: AgentOpinion,
    probe: ProbeOpinion,
    directPath: ProbeOpinion,
    past: MemberPast,
) -> HealthDecision {
    if case .negative(let reason) = agent { return HealthDecision(.zero, reason, by: .agent) }
    if case .down(let reason) = probe { return HealthDecision(.zero, reason, by: .probe) }
    if case .down(let reason) = directPath { return HealthDecision(.zero, reason, by: .directPath) }
    // What was wrong when the agent was last heard and no probe can see stays as it was decided then.
    if case .staleNegative(let reason) = agent { return HealthDecision(.keep, reason, by: .agent) }
    switch (probe, directPath) {
    case (.down, _), (_, .down):
        preconditionFailure("decided above")
    case (.up, .up), (.disabled, .up):
        // Why it was out, its agent may be the only one to know.
        if agent == .neverHeard, past == .outBefore { return HealthDecision(.keep, .awaitingAgent, by: .nobody) }
        return HealthDecision(.serve, passing(agent), by: .directPath)
    case (.up, .disabled), (.disabled, .disabled):
        return withoutDirectPath(agent, isProbed: probe == .up)
    case (.unknown(let reason), _), (_, .unknown(let reason)):
        guard agent == .positive, past == .clean else { return HealthDecision(.keep, reason, by: .nobody) }
        return HealthDecision(.serve, .agentConfirms, by: .agent)
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
