package import Primitives

/// What the operator decides about one virtual router (RFC 9568 section 6.1).
package struct VirtualRouterSettings: Hashable, Sendable {
    /// The name by which the operator speaks of it.
    package var name: String
    /// VRID, 1 to 255.
    package var virtualRouterIdentifier: UInt8
    /// The interface on which it runs, such as `eth0`.
    package var interface: String
    /// Priority, 1 to 254, or 255 for the owner of the addresses.
    package var priority: UInt8 = 100
    /// Advertisement_Interval, 10 ms to 40.95 s.
    package var advertisementInterval: Interval = .milliseconds(100)
    /// Preempt_Mode: whether a Backup of higher priority takes over from an Active Router of lower priority.
    package var preemptMode = true
    /// The virtual addresses with the prefix length that they get on the interface; all of one family, at least one.
    package var addresses: [Prefix]

    /// Makes the settings of a router with the defaults.
    package init(name: String, virtualRouterIdentifier: UInt8, interface: String, addresses: [Prefix]) {
        self.name = name
        self.virtualRouterIdentifier = virtualRouterIdentifier
        self.interface = interface
        self.addresses = addresses
    }
}
