/// Which parts of the host to look at.
package struct ObservationScope: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Addresses, and whether the local table delivers the virtual ones.
    package static let addresses = ObservationScope(rawValue: 1)
    /// The ARP settings of every interface.
    package static let sysctls = ObservationScope(rawValue: 2)
    /// The listening sockets.
    package static let listeners = ObservationScope(rawValue: 4)
    /// The routes to the directors and beyond the LAN.
    package static let routes = ObservationScope(rawValue: 8)
    /// How many connections the virtual addresses have, which is dear on a busy node.
    package static let connections = ObservationScope(rawValue: 16)

    /// What is looked at once a second.
    package static let regular: ObservationScope = [.addresses, .sysctls, .listeners, .routes]
}
