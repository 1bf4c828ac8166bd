import Balancing
import Primitives

/// IPVS as the reconciler sees it: a table, and operations that may fail as the kernel's do.
struct FakeKernel {
    var services: [ObservedService] = []

    /// The table in an order of its own.
    var sorted: [ObservedService] {
        services.sorted { $0.service.identity < $1.service.identity }.map { service in
            ObservedService(
                service: service.service,
                destinations: service.destinations.sorted { $0.endpoint < $1.endpoint },
            )
        }
    }

    /// Applies one operation; false where the kernel would say EEXIST, ENOENT or ESRCH.
    @discardableResult
    mutating func apply(_ operation: IPVSOperation) -> Bool {
        let index = services.firstIndex { $0.service.identity == operation.service }
        switch operation {
        case .addService(let service):
            guard index == nil else { return false }
            services.insert(ObservedService(service: service), at: 0)
        case .setService(let service):
            guard let index else { return false }
            services[index].service = service
        case .removeService:
            guard let index else { return false }
            services.remove(at: index)
        case .addDestination(_, let destination):
            guard let index, !services[index].destinations.contains(where: { $0.endpoint == destination.endpoint })
            else { return false }
            services[index].destinations.insert(
                ObservedDestination(endpoint: destination.endpoint, weight: destination.weight),
                at: 0
            )
        case .setDestination(_, let destination):
            guard let index,
                let place = services[index].destinations.firstIndex(where: { $0.endpoint == destination.endpoint })
            else { return false }
            services[index].destinations[place].weight = destination.weight
            services[index].destinations[place].forwardingMethod = .directRouting
            services[index].destinations[place].upperThreshold = 0
            services[index].destinations[place].lowerThreshold = 0
        case .removeDestination(_, let endpoint):
            guard let index,
                let place = services[index].destinations.firstIndex(where: { $0.endpoint == endpoint })
            else { return false }
            services[index].destinations.remove(at: place)
        }
        return true
    }

    /// Ends some connections, and starts some where the weight lets it.
    mutating func pass(time: inout SeededGenerator) {
        for service in services.indices {
            for place in services[service].destinations.indices {
                var destination = services[service].destinations[place]
                destination.activeConnections -= UInt32.random(in: 0...destination.activeConnections, using: &time)
                destination.inactiveConnections = UInt32.random(
                    in: 0...destination.inactiveConnections,
                    using: &time
                )
                destination.persistentConnections /= 2
                if destination.weight > 0 { destination.activeConnections += UInt32.random(in: 0...2, using: &time) }
                services[service].destinations[place] = destination
            }
        }
    }
}
