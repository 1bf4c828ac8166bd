import Balancing
import Primitives

/// A director's simulated IPVS table.
struct VirtualServerTable {
    /// A destination with the connections that it has.
    struct Entry {
        var destination: ObservedDestination
        /// When the connections of a destination of weight 0 have ended.
        var emptyAt: MonotonicInstant?
    }

    /// A service.
    struct Service {
        var service: VirtualService
        var destinations: [Entry] = []
    }

    /// The services in the order in which they were added.
    var services: [Service] = []

    /// The kernel's error numbers.
    static let exists: Int32 = 17
    static let missing: Int32 = 2
    static let interrupted: Int32 = 4

    /// What a dump shows.
    func dump(at now: MonotonicInstant) -> [ObservedService] {
        services.map { service in
            ObservedService(
                service: service.service,
                destinations: service.destinations.map { entry in
                    var shown = entry.destination
                    shown.activeConnections = isBusy(entry, at: now) ? 3 : 0
                    return shown
                }
            )
        }
    }

    /// Whether a destination has connections.
    func isBusy(_ entry: Entry, at now: MonotonicInstant) -> Bool {
        entry.destination.weight > 0 || entry.emptyAt.map { now < $0 } ?? false
    }

    /// A destination, if it is there.
    func entry(_ identity: ServiceIdentity, _ endpoint: Endpoint) -> Entry? {
        services.first { $0.service.identity == identity }?.destinations
            .first { $0.destination.endpoint == endpoint }
    }

    /// Does what a netlink message asks for; gives an error number if it cannot.
    mutating func apply(_ operation: IPVSOperation, emptyAt: MonotonicInstant) -> Int32? {
        let index = services.firstIndex { $0.service.identity == operation.service }
        switch operation {
        case .addService(let service):
            guard index == nil else { return Self.exists }
            services.append(Service(service: service))
        case .setService(let service):
            guard let index else { return Self.missing }
            services[index].service = service
        case .removeService:
            guard let index else { return Self.missing }
            services.remove(at: index)
        case .addDestination(_, let destination):
            guard let index else { return Self.missing }
            guard !services[index].destinations.contains(where: { $0.destination.endpoint == destination.endpoint })
            else { return Self.exists }
            let added = ObservedDestination(endpoint: destination.endpoint, weight: destination.weight)
            services[index].destinations.append(Entry(destination: added))
        case .setDestination(_, let destination):
            guard let index,
                let found = services[index].destinations
                    .firstIndex(where: { $0.destination.endpoint == destination.endpoint })
            else { return Self.missing }
            if services[index].destinations[found].destination.weight > 0, destination.weight == 0 {
                services[index].destinations[found].emptyAt = emptyAt
            }
            services[index].destinations[found].destination = ObservedDestination(
                endpoint: destination.endpoint,
                weight: destination.weight
            )
        case .removeDestination(_, let endpoint):
            guard let index,
                let found = services[index].destinations.firstIndex(where: { $0.destination.endpoint == endpoint })
            else { return Self.missing }
            services[index].destinations.remove(at: found)
        }
        return nil
    }
}
