package import Primitives

/// Everything that shall be probed, and from where.
package struct ProbeDemand: Hashable, Sendable {
    /// The interface of the LAN that the real servers are on.
    package var interface: String
    /// The virtual addresses, from which no probe may be sent.
    package var virtualAddresses: [IPAddress]
    /// The distinct targets, in the order of the configuration.
    package var targets: [ProbeTarget]

    /// Who rightly answers for which virtual address, as far as that is known.
    package var owners: [AddressOwner] = []
    /// Full frames to real servers: what they find is named, and decides nothing, not even whether anybody is heard.
    package var frameTargets: [ProbeTarget] = []
    /// Every real server there is, probed or not: who of them claims a virtual address is named.
    package var realServers: [IPAddress] = []

    /// Makes a demand.
    package init(interface: String, virtualAddresses: [IPAddress], targets: [ProbeTarget]) {
        self.interface = interface
        self.virtualAddresses = virtualAddresses
        self.targets = targets
    }
}
