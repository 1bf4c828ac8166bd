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

    /// The destinations of a service that stay as the kernel has them until they may go.
    func leavingDestinations(of service: ServiceSettings) -> [DesiredDestination] {
        (leaving[service.service.identity] ?? []).map { DesiredDestination(endpoint: $0.endpoint, weight: .adopt) }
    }

    /// Whether a real server still serves in a service that it was taken out of.
    func isLeaving(_ realServer: String, _ service: ServiceSettings) -> Bool {
        leaving[service.service.identity]?.contains { $0.realServer == realServer } ?? false
    }
}
