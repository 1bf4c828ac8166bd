package import Primitives

/// A machine that answers ARP for a virtual address which is not its own.
package struct AddressFinding: Hashable, Sendable {
    /// The virtual address.
    package var address: IPv4Address
    /// Who answers.
    package var mac: MACAddress
    /// The real server that has this Ethernet address; nothing if none of them has.
    package var realServer: IPv4Address?

    /// Makes a finding.
    package init(address: IPv4Address, mac: MACAddress, realServer: IPv4Address?) {
        self.address = address
        self.mac = mac
        self.realServer = realServer
    }

    /// The diagnosis: an ARP offender is one of ours, a stranger is not.
    package var reason: Reason { realServer == nil ? .addressClaimedByStranger : .arpOffender }
}
