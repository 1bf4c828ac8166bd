internal import AgentProtocol
package import Primitives

/// A machine that a director hears act as if a virtual address which is another's were its own.
package struct PeerAddressFinding: Hashable, Sendable {
    /// By what it claims the address.
    package enum Claim: UInt8, Hashable, Sendable, CaseIterable {
        /// It answers for the address, or announces it.
        case answer = 1
        /// It asks for another address in the name of this one.
        case question = 2
    }

    /// The virtual address.
    package let address: IPAddress
    /// Who claims it.
    package let mac: MACAddress
    /// The configured name of the real server that has this Ethernet address; nothing if none of them has.
    package let realServer: String?
    /// By what.
    package let claim: Claim
    /// How long the sender has known it, in milliseconds.
    package var age: UInt64

    /// Makes a finding; the name is shortened to what may travel.
    package init(address: IPAddress, mac: MACAddress, realServer: String?, claim: Claim, age: UInt64) {
        self.address = address
        self.mac = mac
        self.realServer = realServer.map { Limits.printable($0, bytes: PeerLimits.name) }
        self.claim = claim
        self.age = age
    }

    /// The finding with what only grows left out.
    package var withoutAge: PeerAddressFinding {
        var finding = self
        finding.age = 0
        return finding
    }
}
