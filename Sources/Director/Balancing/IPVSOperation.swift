package import Primitives

/// One change of the kernel's table; doing what is done already is harmless.
package enum IPVSOperation: Hashable, Sendable {
    /// `ipvsadm -A`.
    case addService(VirtualService)
    /// `ipvsadm -E`: scheduler, flags and persistence change in place, connections live on.
    case setService(VirtualService)
    /// `ipvsadm -a`.
    case addDestination(ServiceIdentity, Destination)
    /// `ipvsadm -e`: connections live on.
    case setDestination(ServiceIdentity, Destination)
    /// `ipvsadm -d`.
    case removeDestination(ServiceIdentity, Endpoint)
    /// `ipvsadm -D`.
    case removeService(ServiceIdentity)

    /// The service that it is about.
    package var service: ServiceIdentity {
        switch self {
        case .addService(let service), .setService(let service): service.identity
        case .addDestination(let identity, _), .setDestination(let identity, _): identity
        case .removeDestination(let identity, _), .removeService(let identity): identity
        }
    }

    /// The destination that it is about, if it is about one.
    package var destination: Endpoint? {
        switch self {
        case .addDestination(_, let destination), .setDestination(_, let destination): destination.endpoint
        case .removeDestination(_, let endpoint): endpoint
        case .addService, .setService, .removeService: nil
        }
    }
}

extension IPVSOperation: CustomStringConvertible {
    package var description: String {
        switch self {
        case .addService(let service): "add service \(service.identity) scheduler \(service.schedulerName)"
        case .setService(let service): "set service \(service.identity) scheduler \(service.schedulerName)"
        case .addDestination(let identity, let destination):
            "add destination \(destination.endpoint) weight \(destination.weight) to \(identity)"
        case .setDestination(let identity, let destination):
            "set destination \(destination.endpoint) weight \(destination.weight) of \(identity)"
        case .removeDestination(let identity, let endpoint): "remove destination \(endpoint) of \(identity)"
        case .removeService(let identity): "remove service \(identity)"
        }
    }
}
