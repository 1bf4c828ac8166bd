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
        var since: MonotonicInstant
        /// What it served with.
        var weight: UInt32
        /// Why it gets nothing meanwhile, by its agent's or an operator's word.
        var complaint: Reason?
        /// Whether it ever got nothing meanwhile.
        var wasCondemned = false
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
                Leaving(
                    realServer: entry.server.name,
                    endpoint: Self.endpoint(of: entry.server, in: before),
                    since: now,
                    weight: applied(identity, Self.endpoint(of: entry.server, in: before))?.weight ?? 0,
                )
            }
            let known = leaving[identity] ?? []
            let all = known + gone.filter { leaver in !known.contains { $0.endpoint == leaver.endpoint } }
            let left = all.filter { !stays.contains($0.endpoint) && (applied(identity, $0.endpoint)?.weight ?? 0) > 0 }
            if !left.isEmpty { result[identity] = left }
        }
        leaving = result
    }

    /// When a decision is due because of them.
    var leavingDeadline: MonotonicInstant? {
        leaving.values.flatMap { $0 }.map { $0.since + Self.patience }.min()
    }

    /// Lets them go where enough is known of those that take their place.
    mutating func releaseLeaving(_ settings: ClusterSettings, at now: MonotonicInstant) {
        for service in settings.services {
            let identity = service.service.identity
            guard let leavers = leaving[identity], let since = leavers.map(\.since).max() else { continue }
            let candidates = service.members.filter {
                $0.weight > 0 && orders.standing($0.realServer, in: service.name) == nil
            }
            let weights = candidates.map { wantedWeight($0, in: service) }
            let isServed = weights.contains { ($0 ?? 0) > 0 }
            let isAllKnown = weights.allSatisfy { $0 != nil }
            guard candidates.isEmpty || isServed && (isAllKnown || now >= since + Self.patience) else { continue }
            leaving[identity] = nil
        }
    }

    /// Takes in what agents and operators say of them: one that is wrong gets nothing, though nobody serves in its place.
    mutating func judgeLeaving(_ settings: ClusterSettings) {
        for service in settings.services {
            let identity = service.service.identity
            for (index, leaver) in (leaving[identity] ?? []).enumerated() {
                let (reason, evidence) = complaint(about: leaver.realServer, in: service)
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

    /// What keeps one of them from serving on; its probes have ended.
    private func complaint(
        about realServer: String,
        in service: ServiceSettings,
    ) -> (reason: Reason?, evidence: String) {
        let order = orders.standing(realServer, in: service.name)?.evidence ?? ""
        switch orders.override(realServer, in: service.name) {
        case .drain: return (.operatorDrain, order)
        case .maintenance: return (.operatorMaintenance, order)
        case .none: break
        }
        guard let agent = links[realServer]?.opinion(of: service.service.identity),
            case .negative(let reason) = agent.opinion
        else { return (nil, "") }
        return (reason, agent.evidence)
    }

    /// The destinations of a service that stay as the kernel has them until they may go.
    func leavingDestinations(of service: ServiceSettings) -> [DesiredDestination] {
        (leaving[service.service.identity] ?? []).map { leaver in
            let weight: DesiredWeight =
                if leaver.complaint != nil {
                    .exactly(0)
                } else if leaver.wasCondemned {
                    .exactly(leaver.weight)
                } else {
                    .adopt
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
