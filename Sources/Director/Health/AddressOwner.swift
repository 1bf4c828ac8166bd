package import Primitives

/// Who rightly answers for a virtual address, in ARP or in neighbour discovery.
package struct AddressOwner: Hashable, Sendable {
    /// The virtual address.
    package var address: IPAddress
    /// The Active Router's own address, link-local over IPv6; nothing while that is this director itself.
    package var router: IPAddress?
    /// The virtual MAC with which the Active Router answers, if it has one.
    package var virtualMAC: MACAddress?

    /// Makes an owner.
    package init(address: IPAddress, router: IPAddress?, virtualMAC: MACAddress? = nil) {
        self.address = address
        self.router = router
        self.virtualMAC = virtualMAC
    }
}
