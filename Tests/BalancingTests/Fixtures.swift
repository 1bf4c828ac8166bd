import Balancing
import Primitives
import Testing

/// The services and destinations that the tests speak of.
enum Fixtures {
    static func endpoint(_ text: String) throws -> Endpoint { try #require(Endpoint(text)) }

    static func service(
        _ text: String = "192.0.2.100:80",
        scheduler: String = "rr",
        persistence: UInt32 = 0,
    ) throws -> VirtualService {
        VirtualService(
            identity: ServiceIdentity(protocol: .tcp, endpoint: try endpoint(text)),
            schedulerName: scheduler,
            persistenceTimeout: persistence,
        )
    }

    static func desired(
        _ service: VirtualService,
        _ destinations: [(String, DesiredWeight)],
        deadline: Interval = .seconds(300),
    ) throws -> DesiredService {
        DesiredService(
            service: service,
            destinations: try destinations.map { DesiredDestination(endpoint: try endpoint($0.0), weight: $0.1) },
            drainDeadline: deadline,
        )
    }

    static func observed(_ service: VirtualService, _ destinations: [ObservedDestination]) -> ObservedService {
        ObservedService(service: service, destinations: destinations)
    }

    static func at(_ seconds: Int64) -> MonotonicInstant { MonotonicInstant(nanoseconds: seconds * 1_000_000_000) }
}

extension Plan {
    /// Operations and reasons as lines, for comparison.
    var lines: [String] { operations.map { "\($0.operation): \($0.reason.rawValue)" } }
}
