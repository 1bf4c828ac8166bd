import Primitives
import Testing

@testable import Dataplane
@testable import Netlink

/// Who is behind a link-layer address.
@Suite struct RealServerLinksTests {
    private static func address(_ last: UInt8) -> IPAddress { .v4(IPv4Address(192, 0, 2, last)) }
    private static func mac(_ last: UInt64) -> MACAddress { MACAddress(rawValue: 0x0200_0000_0000 + last) }
    private static let global = IPAddress.v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: 0x15))

    private static func neighbour(_ address: IPAddress, _ mac: MACAddress?, state: UInt16 = 0x02) -> Neighbour {
        Neighbour(interfaceIndex: 2, address: address, mac: mac, state: state)
    }

    @Test func `finds a real server by its family, and nobody else`() {
        let links = RealServerLinks(
            [Self.address(15), Self.global],
            in: [
                Self.neighbour(Self.address(15), Self.mac(0x15)), Self.neighbour(Self.global, Self.mac(0x15)),
                Self.neighbour(Self.address(7), Self.mac(0x07)),
            ]
        )
        #expect(links.realServer(at: Self.mac(0x15), family: .ipv4) == Self.address(15))
        #expect(links.realServer(at: Self.mac(0x15), family: .ipv6) == Self.global)
        #expect(links.realServer(at: Self.mac(0x07), family: .ipv4) == nil, "no real server")
        #expect(!links.knows(Self.mac(0x07), family: .ipv4) && links.knows(Self.mac(0x15), family: .ipv4))
    }

    @Test func `does not guess between two real servers on one machine`() {
        let links = RealServerLinks(
            [Self.address(15), Self.address(16)],
            in: [15, 16].map { Self.neighbour(Self.address($0), Self.mac(0x15)) }
        )
        #expect(links.realServer(at: Self.mac(0x15), family: .ipv4) == nil)
        #expect(links.knows(Self.mac(0x15), family: .ipv4), "another look would help nothing")
    }

    @Test func `believes no entry that is not valid`() {
        for (mac, state) in [(nil, 0x01), (nil, 0x20), (Self.mac(0x15), 0x20)] as [(MACAddress?, UInt16)] {
            let links = RealServerLinks([Self.address(15)], in: [Self.neighbour(Self.address(15), mac, state: state)])
            #expect(links.realServer(at: Self.mac(0x15), family: .ipv4) == nil)
        }
    }
}
