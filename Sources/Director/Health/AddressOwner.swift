package import Primitives

/// Who rightly answers ARP for a virtual address.
package struct AddressOwner: Hashable, Sendable {
    /// The virtual address.
    package var address: IPv4Address
    /// The Active Router's own address; nothing while that is this director itself.
    package var router: IPv4Address?
    /// The virtual MAC with which the Active Router answers, if it has one.
    package var virtualMAC: MACAddress?

    /// Makes an owner.
    package init(address: IPv4Address, router: IPv4Address?, virtualMAC: MACAddress? = nil) {
        self.address = address
        self.router = router
        self.virtualMAC = virtualMAC
    }
}
