import AgentProtocol
import Balancing
import Health
import Primitives

/// Real servers that a new configuration took out of a service.
extension ClusterCore {
    /// A real server that goes when others serve in its place.
    struct Leaving: Hashable {
        var realServer: String
        var endpoint: Endpoint
        /// What it was for.
        var role: PoolRole
        var since: MonotonicInstant
        /// What it served with.
        var weight: UInt32
        /// Its weight in the file that had it.
        var configuredWeight: UInt32
        /// Why it gets nothing meanwhile, by its agent's or an operator's word.
        var complaint: Reason?
        /// Whether it got nothing meanwhile, or may have: the kernel's weight is not its own, and is told anew.
        var wasCondemned = false
        /// Whether it serves although its checks failed: because too few are left, or too many would go.
        var servesInSpite = false
        /// Whether the rest of the new ones has had its time.
        var isPatienceOver = false
    }

    /// How long the rest of the new real servers is waited for when one of them serves already.
    private static var patience: Interval { .seconds(10) }

    /// Notes which real servers a service lost.
    ///
    /// What serves goes on until something else does: a service whose real servers are all replaced would otherwise stand
    /// still until the new ones are known to be good.
    mutating func noteLeaving(from old: ClusterSettings?, to new: ClusterSettings, at now: MonotonicInstant) {
        var result: [ServiceIdentity: [Leaving]] = [:]
        for service in new.services {
            let identity = service.service.identity
            guard let old, let before = old.services.first(where: { $0.service.identity == identity }) else { continue }
            let stays = Set(Self.members(of: service, in: new).map { Self.endpoint(of: $0.server, in: service) })
            let gone = Self.members(of: before, in: old).map { entry in
                let key = DestinationKey(service: before.name, realServer: entry.server.name)
                return Leaving(
                    realServer: entry.server.name,
                    endpoint: Self.endpoint(of: entry.server, in: before),
                    role: entry.member.role,
                    since: now,
                    weight: applied(identity, Self.endpoint(of: entry.server, in: before))?.weight ?? 0,
                    configuredWeight: entry.member.weight,
                    servesInSpite: destinations[key]?.standing.health == .down,
                )
            }
            let known = leaving[identity] ?? []
            let all = known + gone.filter { leaver in !known.contains { $0.endpoint == leaver.endpoint } }
            let left = all.filter { !stays.contains($0.endpoint) && (applied(identity, $0.endpoint)?.weight ?? 0) > 0 }
            if !left.isEmpty { result[identity] = left }
        }
        leaving = result
    }

    /// Notes what the kernel had of a service before this director's start and the configuration has not: whoever edits
    /// the file and restarts gets what a reload would give.
    mutating func noteFound(_ found: [ObservedService], _ settings: ClusterSettings, at now: MonotonicInstant) {
        for service in settings.services {
            let identity = service.service.identity
            let members = Self.members(of: service, in: settings)
            let stays = Set(members.map { Self.endpoint(of: $0.server, in: service) })
            let strangers = found.first { $0.service.identity == identity }?.destinations ?? []
            let left = strangers.filter { $0.weight > 0 && !stays.contains($0.endpoint) }.map { destination in
                let server = settings.realServers.first { $0.address == destination.endpoint.address }
                return Leaving(
                    realServer: server?.name ?? "\(destination.endpoint.address)",
                    endpoint: destination.endpoint,
                    role: .primary,
                    since: now,
                    weight: destination.weight,
                    configuredWeight: destination.weight,
                    // The next look may come before the dataplane is told of it, and take its weight.
                    wasCondemned: true,
                )
            }
            if !left.isEmpty { leaving[identity, default: []] += left }
        }
    }

    /// When a decision is due because of them.
    var leavingDeadline: MonotonicInstant? {
        leaving.values.joined().filter { !$0.isPatienceOver }.map { $0.since + Self.patience }.min()
    }

    /// Lets them go where enough is known of those that take their place.
    mutating func releaseLeaving(_ settings: ClusterSettings, at now: MonotonicInstant) {
        for service in settings.services {
            let identity = service.service.identity
            guard let leavers = leaving[identity] else { continue }
            let left = leavers.compactMap { leaver in
                var leaver = leaver
                leaver.isPatienceOver = leaver.isPatienceOver || now >= leaver.since + Self.patience
                return isReplaced(leaver, in: service) ? nil : leaver
            }
            leaving[identity] = left.isEmpty ? nil : left
            if left.count < leavers.count { isDemandOutdated = true }
        }
    }

    /// Whether enough is known of those that take one's place; a sorry server serves in the place of sorry servers alone.
    private func isReplaced(_ leaver: Leaving, in service: ServiceSettings) -> Bool {
        let candidates = service.members.filter { member in
            member.weight > 0 && (member.role != .sorry || leaver.role == .sorry)
                && orders.standing(member.realServer, in: service.name) == nil
        }
        let weights = candidates.map { member in
            destinations[DestinationKey(service: service.name, realServer: member.realServer)]?.weight ?? .keep
        }
        let isServed = weights.contains { if case .exactly(let weight) = $0 { weight > 0 } else { false } }
        let isAllKnown = weights.allSatisfy { $0 != .keep && $0 != .adopt }
        return candidates.isEmpty || isServed && (isAllKnown || leaver.isPatienceOver)
    }

    /// Takes in what agents and operators say of them: one that is wrong gets nothing, though nobody serves in its place.
    mutating func judgeLeaving(_ settings: ClusterSettings) {
        for service in settings.services {
            let identity = service.service.identity
            for (index, leaver) in (leaving[identity] ?? []).enumerated() {
                let (reason, evidence) = complaint(about: leaver, in: service)
                guard reason != leaver.complaint else { continue }
                leaving[identity]?[index].complaint = reason
                leaving[identity]?[index].wasCondemned = true
                logs.append(
                    StatusChange(
                        .destination(service: service.name, realServer: leaver.realServer),
                        from: DestinationState.draining.rawValue,
                        to: DestinationState.draining.rawValue,
                        reason ?? .removed,
                        evidence: evidence,
                        level: reason == nil ? .notice : .warning,
                    )
                )
            }
        }
    }

    /// What keeps one of them from serving on.
    private func complaint(
        about leaver: Leaving,
        in service: ServiceSettings,
    ) -> (reason: Reason?, evidence: String) {
        let realServer = leaver.realServer
        let order = orders.standing(realServer, in: service.name)?.evidence ?? ""
        switch orders.override(realServer, in: service.name) {
        case .drain: return (.operatorDrain, order)
        case .maintenance: return (.operatorMaintenance, order)
        case .none: break
        }
        // A link by its name may be that of the machine that has taken its place.
        if settings?.realServer(named: realServer).map({ $0.address == leaver.endpoint.address }) ?? true,
            let agent = links[realServer]?.opinion(of: service.service.identity),
            case .negative(let reason) = agent.opinion
        {
            return (reason, agent.evidence)
        }
        let opinions = Self.targets(of: leaver.endpoint, in: service).map { verdict($0) }
        for (opinion, evidence) in opinions {
            guard case .down(let reason) = opinion else { continue }
            if !leaver.servesInSpite || reason.forbidsFailingOpen { return (reason, evidence) }
        }
        return (nil, "")
    }

    /// The weight that those of a service which serve on have together, by what they stand in for.
    ///
    /// One that others had time enough to replace keeps sorry servers out, but no backups, who may be all that can.
    func leavingWeights(of service: ServiceSettings) -> [PoolRole: UInt64] {
        var weights: [PoolRole: UInt64] = [:]
        for leaver in leaving[service.service.identity] ?? [] where leaver.complaint == nil && !leaver.servesInSpite {
            let role = leaver.role == .primary && leaver.isPatienceOver ? .backup : leaver.role
            weights[role, default: 0] += UInt64(leaver.configuredWeight)
        }
        return weights
    }

    /// Whether a real server that is not configured any more serves until others do.
    func servesOn(_ endpoint: Endpoint, _ identity: ServiceIdentity) -> Bool {
        leaving[identity]?.contains { $0.endpoint == endpoint && $0.complaint == nil } ?? false
    }

    /// Their probes go on as long as they serve.
    func leavingTargets(_ settings: ClusterSettings) -> [ProbeTarget] {
        settings.services.flatMap { service in
            (leaving[service.service.identity] ?? []).flatMap { Self.targets(of: $0.endpoint, in: service) }
        }
    }

    /// The destinations of a service that stay as the kernel has them until they may go, and come back if somebody else
    /// takes them away.
    func leavingDestinations(of service: ServiceSettings) -> [DesiredDestination] {
        (leaving[service.service.identity] ?? []).map { leaver in
            let weight: DesiredWeight =
                if leaver.complaint != nil {
                    .exactly(0)
                } else if leaver.wasCondemned {
                    .exactly(leaver.weight)
                } else {
                    .keep(initially: leaver.weight)
                }
            return DesiredDestination(endpoint: leaver.endpoint, weight: weight)
        }
    }

    /// What an operator is shown as the reason of one of them.
    func leavingReason(_ endpoint: Endpoint, _ identity: ServiceIdentity) -> Reason {
        leaving[identity]?.first { $0.endpoint == endpoint }?.complaint ?? .removed
    }

    /// Whether a real server still serves in a service that it was taken out of.
    func isLeaving(_ realServer: String, _ service: ServiceSettings) -> Bool {
        leaving[service.service.identity]?.contains { $0.realServer == realServer } ?? false
    }
}
