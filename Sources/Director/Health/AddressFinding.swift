package import Primitives

/// A machine that acts as if a virtual address which is another's were its own.
package struct AddressFinding: Hashable, Sendable {
    /// The virtual address.
    package var address: IPAddress
    /// Who claims it.
    package var mac: MACAddress
    /// The real server that has this Ethernet address; nothing if none of them has.
    package var realServer: IPAddress?
    /// By what.
    package var claim: AddressClaim

    /// Makes a finding.
    package init(address: IPAddress, mac: MACAddress, realServer: IPAddress?, claim: AddressClaim = .answer) {
        self.address = address
        self.mac = mac
        self.realServer = realServer
        self.claim = claim
    }

    /// The diagnosis.
    package var reason: Reason { claim.reason(isRealServer: realServer != nil) }
}
