/// A service as the kernel has it.
package struct ObservedService: Hashable, Sendable {
    /// The service.
    package var service: VirtualService
    /// Its destinations, in the kernel's order.
    package var destinations: [ObservedDestination]
    /// What the kernel has counted.
    package var statistics: TrafficStatistics
    /// Whether what Tandem does not configure is as Tandem sets it: no one-packet scheduling, persistence by client.
    package var isPlain = true

    /// Makes a service.
    package init(
        service: VirtualService,
        destinations: [ObservedDestination] = [],
        statistics: TrafficStatistics = TrafficStatistics(),
    ) {
        self.service = service
        self.destinations = destinations
        self.statistics = statistics
    }
}
