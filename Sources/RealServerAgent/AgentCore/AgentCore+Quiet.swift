import AgentProtocol
import Primitives

/// Services that get no new connections, and whether the old ones have ended.
extension AgentCore {
    /// The services that connected directors give weight; all, while one has not said yet to which it does.
    var givenWeight: Set<ServiceIdentity> {
        let connected = links.filter(\.session.isConnected)
        guard connected.allSatisfy({ $0.view != nil }) else { return Set(demand.services) }
        return Set(connected.flatMap { ($0.view?.entries ?? []).filter { $0.weight > 0 }.map(\.service) })
    }

    /// Whether the connections of a quiet service are still to be counted, or not all of them have ended.
    var isQuietUncounted: Bool { quiet.values.contains { $0.clients != 0 } }

    /// Finds out anew which services get no new connections.
    ///
    /// Where no director is connected that interests only those who wait for a unit's drain.
    mutating func followQuiet(at now: MonotonicInstant) {
        let before = quiet
        let given = givenWeight
        let isHeard = links.contains(where: \.session.isConnected)
        quiet = [:]
        for service in demand.services where !given.contains(service) && (isHeard || drain(of: service) != nil) {
            quiet[service] = before[service] ?? QuietService(since: now)
        }
    }

    /// Takes in how many connections the clients of quiet services have left.
    mutating func count(_ connections: ConnectionCounts, at now: MonotonicInstant) {
        used.take(connections, of: demand.services)
        for (service, state) in quiet where now - state.since >= QuietService.settling {
            // What is not TCP has no connections that a socket would show.
            quiet[service]?.clients = service.protocol == .tcp ? connections.clients(of: service.endpoint) : 0
        }
    }

    /// The fact that a quiet service has no connections left, or how many it has.
    func idle(_ service: ServiceIdentity) -> Fact? {
        guard service.protocol == .tcp, used.contains(service), let left = quiet[service]?.clients else { return nil }
        let evidence = left == 0 ? "no client is connected" : "\(left) connection(s) of clients"
        return Fact(.idle, .service(service), left == 0 ? .holds : .violated, evidence: evidence)
    }
}
