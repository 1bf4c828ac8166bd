package import Balancing
package import Health
package import Primitives

/// A virtual service as the operator wants it.
package struct ServiceSettings: Hashable, Sendable {
    /// A real server's part in the service.
    package struct Member: Hashable, Sendable {
        /// The real server's name.
        package var realServer: String
        /// Its weight while all is well, 0 to 65535.
        package var weight: UInt32 = 1
        /// What it is for.
        package var role = PoolRole.primary

        /// Makes a member.
        package init(realServer: String, weight: UInt32 = 1, role: PoolRole = .primary) {
            self.realServer = realServer
            self.weight = weight
            self.role = role
        }
    }

    /// The name by which the operator speaks of it.
    package var name: String
    /// The service in the kernel.
    package var service: VirtualService
    /// The real servers, each at most once; direct routing keeps the service's own port.
    package var members: [Member]
    /// The probe of the real address.
    package var probe = ProbeSettings()
    /// Whether the direct-routing path is probed too (IPv4 and TCP only).
    package var directPathProbe = true
    /// What the service needs of its real servers together, and how they come and go.
    package var pool = PoolSettings()
    /// How long a removed real server may keep its connections.
    package var drainDeadline: Interval = .seconds(300)

    /// Makes the settings of a service with the defaults.
    package init(name: String, service: VirtualService, members: [Member]) {
        self.name = name
        self.service = service
        self.members = members
    }
}
