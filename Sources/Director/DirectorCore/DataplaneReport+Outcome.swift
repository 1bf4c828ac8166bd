package import Balancing
import Primitives

extension DataplaneReport {
    /// The kernel's table after the operations that succeeded: the dump was taken before them.
    package var servicesAfterwards: [ObservedService] {
        applied.reduce(into: services) { services, planned in
            let identity = planned.operation.service
            let index = services.firstIndex { $0.service.identity == identity }
            switch planned.operation {
            case .addService(let service):
                if index == nil { services.append(ObservedService(service: service)) }
            case .setService(let service):
                if let index { services[index].service = service }
            case .removeService:
                if let index { services.remove(at: index) }
            case .addDestination(_, let destination), .setDestination(_, let destination):
                guard let index else { break }
                let known = services[index].destinations.firstIndex { $0.endpoint == destination.endpoint }
                if let known {
                    services[index].destinations[known].weight = destination.weight
                } else {
                    services[index].destinations.append(
                        ObservedDestination(endpoint: destination.endpoint, weight: destination.weight)
                    )
                }
            case .removeDestination(_, let endpoint):
                if let index { services[index].destinations.removeAll { $0.endpoint == endpoint } }
            }
        }
    }
}
