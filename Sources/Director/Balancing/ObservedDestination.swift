package import Primitives

/// A destination as the kernel has it.
package struct ObservedDestination: Hashable, Sendable {
    /// The real server's address and port.
    package var endpoint: Endpoint
    /// The weight.
    package var weight: UInt32
    /// The forwarding method; nothing for one that Tandem does not know.
    package var forwardingMethod: ForwardingMethod?
    /// Above so many connections the kernel schedules no new ones; 0 for no limit.
    package var upperThreshold: UInt32
    /// Below so many it schedules again.
    package var lowerThreshold: UInt32
    /// Connections that are established.
    package var activeConnections: UInt32
    /// Connections in any other state.
    package var inactiveConnections: UInt32
    /// Persistence templates.
    package var persistentConnections: UInt32
    /// What the kernel has counted.
    package var statistics: TrafficStatistics

    /// Whether it is as Tandem programs destinations: by direct routing and without thresholds.
    package var isPlain: Bool { forwardingMethod?.isDirect == true && upperThreshold == 0 && lowerThreshold == 0 }

    /// Makes a destination by direct routing without connections.
    package init(
        endpoint: Endpoint,
        weight: UInt32,
        forwardingMethod: ForwardingMethod? = .directRouting,
        upperThreshold: UInt32 = 0,
        lowerThreshold: UInt32 = 0,
        activeConnections: UInt32 = 0,
        inactiveConnections: UInt32 = 0,
        persistentConnections: UInt32 = 0,
        statistics: TrafficStatistics = TrafficStatistics(),
    ) {
        self.endpoint = endpoint
        self.weight = weight
        self.forwardingMethod = forwardingMethod
        self.upperThreshold = upperThreshold
        self.lowerThreshold = lowerThreshold
        self.activeConnections = activeConnections
        self.inactiveConnections = inactiveConnections
        self.persistentConnections = persistentConnections
        self.statistics = statistics
    }
}
