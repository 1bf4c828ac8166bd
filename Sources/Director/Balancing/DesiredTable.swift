package import Primitives

/// All that Tandem wants of the kernel's IPVS table.
package struct DesiredTable: Hashable, Sendable {
    /// The services, identities unique.
    package var services: [DesiredService]
    /// The virtual addresses that are Tandem's: a service on one of them that is not wanted is removed.
    ///
    /// The addresses of the services need not be repeated here. Services on other addresses are never touched.
    package var ownAddresses: [IPAddress]
    /// How long the destinations of a service that is not wanted any more may keep their connections, where the service
    /// itself was never wanted by this process.
    package var drainDeadline: Interval

    /// Makes a table.
    package init(
        services: [DesiredService] = [],
        ownAddresses: [IPAddress] = [],
        drainDeadline: Interval = .seconds(300),
    ) {
        self.services = services
        self.ownAddresses = ownAddresses.sorted()
        self.drainDeadline = drainDeadline
    }

    /// Whether there is a service of UDP.
    package var servesUDP: Bool { services.contains { $0.service.identity.protocol == .udp } }
}
