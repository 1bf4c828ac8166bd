import Primitives

/// The services of which clients' connections were seen in this host's sockets.
///
/// That none are seen proves that none are there only where they can be seen: what the host hands on to a container is
/// not among its sockets. Whoever has never shown any is looked at again and again, ever more rarely.
struct UsedServices: Hashable, Sendable {
    /// The longest rest between two looks, each of which is dear on a busy node.
    static let longestRest = Interval.seconds(60)

    private var seen: Set<Endpoint> = []
    private var rest = Interval.milliseconds(800)
    private var due: MonotonicInstant?

    /// Whether clients of a service were seen.
    func contains(_ service: ServiceIdentity) -> Bool { seen.contains(service.endpoint) }

    /// Takes in who has clients, keeping nothing of services that are gone.
    mutating func take(_ counts: ConnectionCounts, of services: [ServiceIdentity]) {
        let wanted = Set(services.map(\.endpoint))
        seen = seen.intersection(wanted).union(counts.used.lazy.filter { wanted.contains($0) })
    }

    /// Whether it is time to look for clients of services that have shown none.
    mutating func isSampleDue(at now: MonotonicInstant, of services: [ServiceIdentity]) -> Bool {
        guard services.contains(where: { $0.protocol == .tcp && !contains($0) }), due.map({ $0 <= now }) ?? true else {
            return false
        }
        due = now + rest
        rest = min(rest * 2, Self.longestRest)
        return true
    }
}
