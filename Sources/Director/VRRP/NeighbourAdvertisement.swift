package import Primitives

/// An unsolicited neighbour advertisement (RFC 4861 section 4.4, RFC 9568 section 6.4.2).
package struct NeighbourAdvertisement: Hashable, Sendable {
    private static let type: UInt8 = 136
    /// ff02::1, all nodes on the link.
    private static let allNodes = IPv6Address(high: 0xff02_0000_0000_0000, low: 1)

    /// The address that is here.
    package var target: IPv6Address
    /// The Ethernet address that it is at.
    package var mac: MACAddress

    /// Makes an advertisement.
    package init(target: IPv6Address, mac: MACAddress) {
        self.target = target
        self.mac = mac
    }

    /// Reads a whole frame; nothing if it is no neighbour advertisement or was forwarded (RFC 4861 section
    /// 7.1.2); the frame's own source names the machine that claims the address.
    package init?(decoding frame: [UInt8]) {
        guard let (target, mac) = NeighbourDiscovery.target(ofType: Self.type, in: frame) else { return nil }
        self.init(target: target, mac: mac)
    }

    /// The whole frame to all nodes: R and O set, S clear, hop limit 255, from the address itself.
    package func frame() -> [UInt8] {
        NeighbourDiscovery(type: Self.type, flags: 0xa000_0000, target: target, option: 2, mac: mac)
            .frame(from: target, to: Self.allNodes, at: nil)
    }
}
