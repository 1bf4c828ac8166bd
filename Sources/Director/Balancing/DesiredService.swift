package import Primitives

/// A service that the kernel should have.
package struct DesiredService: Hashable, Sendable {
    /// The service.
    package var service: VirtualService
    /// Its destinations, endpoints unique.
    package var destinations: [DesiredDestination]
    /// How long a destination that is not wanted any more may keep its connections.
    package var drainDeadline: Interval
    /// Destinations that have had their time: they are removed, connections or not.
    package var cutOff: [Endpoint] = []

    /// Makes a service.
    package init(
        service: VirtualService,
        destinations: [DesiredDestination],
        drainDeadline: Interval = .seconds(300),
    ) {
        self.service = service
        self.destinations = destinations
        self.drainDeadline = drainDeadline
    }
}
