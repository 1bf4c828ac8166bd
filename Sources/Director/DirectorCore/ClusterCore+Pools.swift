import AgentProtocol
import Balancing
import Health
import PeerProtocol
import Primitives

/// What is decided about the real servers of each service together.
extension ClusterCore {
    /// Whether a decision is due though nothing came in.
    func isDecisionDue(at now: MonotonicInstant) -> Bool {
        pools.values.contains { $0.deadline.map { $0 <= now } ?? false }
            || unreached.values.contains { $0.deadline.map { $0 <= now } ?? false }
    }

    /// Decides anew about every real server in every service.
    mutating func decide(_ settings: ClusterSettings, at now: MonotonicInstant) {
        for service in settings.services {
            let members = Self.members(of: service, in: settings)
            var pool = pools[service.name] ?? ServicePool(service: service.name, service.pool)
            let assessed = members.map { assess($0.server, in: service, pool, at: now) }
            pool.settings = service.pool
            let before = pool.availability
            let decisions = pool.judge(
                zip(members, assessed).map { entry, assessment in
                    PoolMember(
                        name: entry.server.name,
                        address: entry.server.address,
                        role: entry.member.role,
                        weight: orders.weight(entry.server.name, in: service.name) ?? entry.member.weight,
                        standing: assessment.standing,
                        applied: applied(service.service.identity, Self.endpoint(of: entry.server, in: service))?
                            .weight,
                        capacity: service.pool.followsCapacity
                            ? links[entry.server.name]?.memberCapacity ?? .unsaid : .unsaid,
                    )
                },
                leaving: leavingWeights(of: service),
                at: now,
            )
            pools[service.name] = pool
            for (index, entry) in members.enumerated() {
                let key = DestinationKey(service: service.name, realServer: entry.server.name)
                record(decisions[index], assessed[index], of: key, at: now)
            }
            log(pool.availability, before: before)
        }
    }

    /// What is known of one real server in one service, with what decided about its health.
    private struct Assessment {
        var standing: Standing
        var evidence: String
        var isConfirmedByAgent: Bool
    }

    private func assess(
        _ server: RealServerSettings,
        in service: ServiceSettings,
        _ pool: ServicePool,
        at now: MonotonicInstant,
    ) -> Assessment {
        let agent = links[server.name]?.opinion(of: service.service.identity) ?? (.absent, "")
        let endpoint = Self.endpoint(of: server, in: service)
        let probe = verdict(Self.probeTarget(of: endpoint, in: service))
        let directPath = verdict(Self.directPathTarget(of: endpoint, in: service))
        let key = DestinationKey(service: service.name, realServer: server.name)
        let standing = Health.assess(
            operator: orders.override(server.name, in: service.name),
            agent: agent.opinion,
            probe: probe.opinion,
            directPath: directPath.opinion,
            // While the configurations differ, its word may be about another machine of the name.
            peer: peer.hasSameConfiguration ? peer.opinions[key]?.health ?? .unknown : .unknown,
            past: pool.past(
                of: server.name,
                at: server.address,
                mayHaveBeenOut: mayHaveBeenOut(endpoint, service.service.identity),
                at: now
            ),
        )
        let evidence =
            switch standing.decision.decider {
            case .operator: orders.standing(server.name, in: service.name)?.evidence ?? ""
            case .service: ""
            case .agent: agent.evidence
            case .probe: Self.evidence(probe.evidence, and: directPath)
            case .directPath: directPath.evidence
            case .peer: peer.opinions[key].map { "\(peer.director) says \($0.health.rawValue): \($0.reason)" } ?? ""
            case .nobody: [probe.evidence, directPath.evidence].first { !$0.isEmpty } ?? ""
            }
        return Assessment(
            standing: standing,
            evidence: evidence,
            isConfirmedByAgent: agent.opinion == .positive,
        )
    }

    /// What the probe of the real address saw that decides, and what the direct path is called wrong for besides.
    private static func evidence(_ own: String, and directPath: (opinion: ProbeOpinion, evidence: String)) -> String {
        guard case .down(let reason) = directPath.opinion else { return own }
        return "\(own); \(reason): \(directPath.evidence)"
    }

    private mutating func record(
        _ new: PoolMember.Decision,
        _ assessment: Assessment,
        of key: DestinationKey,
        at now: MonotonicInstant,
    ) {
        let old = destinations[key]
        let decision = new.decision
        let evidence = decision.decider == .service ? new.evidence : assessment.evidence
        let stateBefore = old.map { Self.state($0.standing) } ?? .unknown
        let stateNow = Self.state(assessment.standing)
        let isNew = stateBefore != stateNow || (old?.decision.reason ?? .awaitingResults) != decision.reason
        destinations[key] = Destination(
            standing: assessment.standing,
            decision: decision,
            weight: new.weight,
            evidence: evidence,
            since: isNew ? now : old?.since ?? now,
            isConfirmedByAgent: assessment.isConfirmedByAgent,
        )
        guard isNew else { return }
        let isLoud = decision.reason == .failOpen || decision.reason == .ejectionLimit
        logs.append(
            StatusChange(
                .destination(service: key.service, realServer: key.realServer),
                from: stateBefore.rawValue,
                to: stateNow.rawValue,
                decision.reason,
                evidence: evidence,
                level: isLoud || stateBefore != stateNow && stateNow == .down
                    ? .warning : stateBefore == stateNow ? .info : .notice,
            )
        )
    }

    /// What a real server is called in a status: its administrative state, else its health.
    static func state(_ standing: Standing) -> DestinationState {
        switch (standing.administrative, standing.health) {
        case (.maintenance, _): .maintenance
        case (.draining, _): .draining
        case (.inService, .up): .up
        case (.inService, .down): .down
        case (.inService, .unknown): .unknown
        }
    }

    private mutating func log(_ availability: ServiceAvailability, before: ServiceAvailability) {
        guard availability.state != before.state || availability.reason != before.reason else { return }
        let level: StatusChange.Level =
            switch availability.state {
            case .unknown: .info
            case .available: availability.usesBackups ? .warning : before.state == .unknown ? .info : .notice
            case .failingOpen, .sorry, .unavailable: .error
            }
        logs.append(
            StatusChange(
                .service(availability.service),
                from: before.state.rawValue,
                to: availability.state.rawValue,
                availability.reason,
                evidence: "weight \(availability.servingWeight) of \(availability.totalWeight) serves",
                level: level,
            )
        )
    }

    /// Says how the services are served, if that is new.
    mutating func publishAvailability(_ settings: ClusterSettings, into effects: inout [ClusterEffect]) {
        let availability = settings.services.compactMap { pools[$0.name]?.availability }
        guard availability != lastAvailability else { return }
        lastAvailability = availability
        effects.append(.availability(availability))
    }
}

extension PeerOpinion {
    /// What it says of health: that the other director was told to drain a node says nothing about it.
    var health: Verdict.State {
        switch state {
        case .up: .up
        case .down: .down
        case .unknown, .draining, .maintenance: .unknown
        }
    }
}
