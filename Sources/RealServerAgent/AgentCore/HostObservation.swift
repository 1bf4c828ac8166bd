package import Primitives

/// What was seen of the host; a part that was not looked at, or could not be read, is absent.
package struct HostObservation: Hashable, Sendable {
    /// The addresses of all interfaces and what the local table makes of the virtual ones.
    package struct Addresses: Hashable, Sendable {
        /// Every address of every interface.
        package var held: [ObservedAddress]
        /// The virtual addresses that the kernel delivers locally (`ip route get VIP` says `local`).
        package var delivered: [IPAddress]
        /// Whether `lo` is up.
        package var loopbackIsUp: Bool

        /// Makes the addresses of a host.
        package init(held: [ObservedAddress], delivered: [IPAddress], loopbackIsUp: Bool = true) {
            self.held = held.sorted()
            self.delivered = delivered.sorted()
            self.loopbackIsUp = loopbackIsUp
        }
    }

    /// The way to another host, as `ip route get` shows it.
    package struct Route: Hashable, Sendable {
        /// Where to; absent for what is beyond the LAN.
        package var destination: IPAddress?
        /// The router on the way, if there is one.
        package var gateway: IPAddress?
        /// The interface by which it leaves.
        package var interface: String

        /// Makes a route.
        package init(destination: IPAddress?, gateway: IPAddress?, interface: String) {
            self.destination = destination
            self.gateway = gateway
            self.interface = interface
        }
    }

    /// The addresses.
    package var addresses: Addresses?
    /// The ARP settings of `all` and of every interface but `lo`.
    package var sysctls: [SysctlKey: Int]?
    /// The endpoints on which TCP sockets listen; one of `::` that takes IPv4 too is there as 0.0.0.0 as well.
    package var listeners: [Endpoint]?
    /// The routes to the directors that were asked about, and the default routes.
    package var routes: [Route]?
    /// The connections of the virtual addresses that were asked about.
    package var connections: ConnectionCounts?

    /// Makes an observation of nothing.
    package init() {}

    /// Takes over every part that was looked at.
    mutating func merge(_ newer: HostObservation) {
        addresses = newer.addresses ?? addresses
        sysctls = newer.sysctls ?? sysctls
        listeners = newer.listeners ?? listeners
        routes = newer.routes ?? routes
        connections = newer.connections ?? connections
    }
}
