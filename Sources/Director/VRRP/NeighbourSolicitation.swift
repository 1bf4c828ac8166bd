package import Primitives

/// A neighbour solicitation (RFC 4861 section 4.3): asks who has an address.
package struct NeighbourSolicitation: Hashable, Sendable {
    /// The address that is asked for.
    package var target: IPv6Address
    /// The asking machine's own address.
    package var source: IPv6Address
    /// Its Ethernet address.
    package var mac: MACAddress

    /// Makes a solicitation.
    package init(target: IPv6Address, source: IPv6Address, mac: MACAddress) {
        self.target = target
        self.source = source
        self.mac = mac
    }

    /// The whole frame, to the one machine that is thought to have the address, or to the solicited-node multicast
    /// address (RFC 4291 section 2.7.1).
    package func frame(to known: MACAddress? = nil) -> [UInt8] {
        let everybody = IPv6Address(high: 0xff02_0000_0000_0000, low: 0x1_ff00_0000 | target.low & 0xff_ffff)
        return NeighbourDiscovery(type: 135, target: target, option: 1, mac: mac)
            .frame(from: source, to: known == nil ? everybody : target, at: known)
    }
}
