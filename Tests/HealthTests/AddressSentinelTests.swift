import Health
import Primitives
import Testing

@Suite struct `Address sentinel` {
    static let virtual = IPAddress.v4(IPv4Address(192, 0, 2, 100))
    static let web = IPAddress.v4(IPv4Address(192, 0, 2, 11))
    static let peer = IPAddress.v4(IPv4Address(192, 0, 2, 3))
    static let own = MACAddress(rawValue: 1)
    static let webMAC = MACAddress(rawValue: 11)
    static let peerMAC = MACAddress(rawValue: 3)

    private func at(_ milliseconds: Int64) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: 1_000_000_000) + .milliseconds(milliseconds)
    }

    private func sentinel(router: IPAddress?, heard: [(MACAddress, Int64)]) -> AddressSentinel {
        var sentinel = AddressSentinel()
        sentinel.watch([AddressOwner(address: Self.virtual, router: router)])
        for (mac, time) in heard { sentinel.hear(Self.virtual, from: mac, at: at(time)) }
        return sentinel
    }

    private func findings(
        _ sentinel: AddressSentinel,
        neighbours: [IPAddress: MACAddress] = [web: webMAC, peer: peerMAC],
        at time: Int64 = 2_000,
    ) -> [AddressFinding] {
        sentinel.findings(neighbours: neighbours, realServers: [Self.web], own: [Self.own], at: at(time))
    }

    @Test func `a real server that answers twice is named, and forgotten when it falls silent`() {
        let once = sentinel(router: nil, heard: [(Self.webMAC, 0)])
        #expect(findings(once).isEmpty)
        let twice = sentinel(router: nil, heard: [(Self.webMAC, 0), (Self.webMAC, 1_000)])
        let expected = AddressFinding(address: Self.virtual, mac: Self.webMAC, realServer: Self.web)
        #expect(findings(twice) == [expected])
        #expect(expected.reason == .arpOffender)
        #expect(findings(twice, at: 6_500).isEmpty)
    }

    @Test func `the Active Router answers rightly, and a stranger does not`() {
        let stranger = MACAddress(rawValue: 99)
        let heard = [(Self.peerMAC, Int64(0)), (stranger, 0), (Self.peerMAC, 1_000), (stranger, 1_000)]
        let found = findings(sentinel(router: Self.peer, heard: heard))
        #expect(found.map(\.mac) == [stranger])
        #expect(found.first?.reason == .addressClaimedByStranger)
        // Where the Active Router is not known on the LAN, nobody is blamed.
        #expect(findings(sentinel(router: Self.peer, heard: heard), neighbours: [:]).isEmpty)
    }

    @Test func `a real server that asks once in the name of the address is named for a minute`() {
        var sentinel = sentinel(router: Self.peer, heard: [])
        let stranger = MACAddress(rawValue: 99)
        for mac in [Self.webMAC, Self.peerMAC, stranger] {
            sentinel.hear(Self.virtual, from: mac, by: .question, at: at(0))
        }
        let expected = AddressFinding(
            address: Self.virtual,
            mac: Self.webMAC,
            realServer: Self.web,
            claim: .question,
        )
        #expect(findings(sentinel) == [expected])
        #expect(expected.reason == .arpAnnounceUnsafe)
        #expect(
            expected.claim.text(machine: "web1", at: expected.mac, claims: expected.address)
                == "web1 at 00:00:00:00:00:0b asks by ARP in the name of 192.0.2.100"
        )
        #expect(!sentinel.isClaimed(Self.virtual, by: Self.webMAC, at: at(0)), "it does not answer")
        #expect(findings(sentinel, at: 60_000) == [expected])
        #expect(findings(sentinel, at: 60_001).isEmpty)
        // A stranger's second question is a claim as its second answer is.
        sentinel.hear(Self.virtual, from: stranger, by: .question, at: at(1_000))
        #expect(findings(sentinel).map(\.reason) == [.arpAnnounceUnsafe, .addressClaimedByStranger])
    }

    @Test func `over IPv6 the Active Router is known by its link-local address, a real server by its own`() {
        func address(_ low: UInt64) -> IPAddress { .v6(IPv6Address(high: 0x2001_0db8_0000_0000, low: low)) }
        let router = IPAddress.v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 3))
        var sentinel = AddressSentinel()
        sentinel.watch([AddressOwner(address: address(0x100), router: router)])
        for time in [Int64(0), 1_000] {
            for mac in [Self.peerMAC, Self.webMAC] { sentinel.hear(address(0x100), from: mac, at: at(time)) }
        }
        let found = sentinel.findings(
            neighbours: [router: Self.peerMAC, Self.web: Self.webMAC, address(11): Self.webMAC],
            realServers: [Self.web, address(11)],
            own: [Self.own],
            at: at(2_000),
        )
        #expect(found == [AddressFinding(address: address(0x100), mac: Self.webMAC, realServer: address(11))])
        #expect(
            found.first.map { $0.claim.text(machine: "web1", at: $0.mac, claims: $0.address) }
                == "web1 at 00:00:00:00:00:0b answers neighbour discovery for 2001:db8::100"
        )
    }

    @Test func `the virtual MAC is the Active Router's, and a stranger's where this director is the Active Router`() {
        let virtual = MACAddress(rawValue: 0x5e00_0133)
        func findings(router: IPAddress?) -> [MACAddress] {
            var sentinel = AddressSentinel()
            sentinel.watch([AddressOwner(address: Self.virtual, router: router, virtualMAC: virtual)])
            for time in [Int64(0), 1_000] { sentinel.hear(Self.virtual, from: virtual, at: at(time)) }
            return self.findings(sentinel).map(\.mac)
        }
        #expect(findings(router: Self.peer) == [])
        #expect(findings(router: nil) == [virtual])
    }

    @Test func `a takeover forgets who answered before`() {
        var sentinel = sentinel(router: Self.peer, heard: [(Self.peerMAC, 0), (Self.peerMAC, 1_000)])
        sentinel.watch([AddressOwner(address: Self.virtual, router: nil)])
        #expect(findings(sentinel).isEmpty)
        sentinel.hear(Self.virtual, from: Self.peerMAC, at: at(1_500))
        #expect(findings(sentinel).isEmpty)
    }

    @Test func `an address that nobody asked about is nobody's`() {
        var sentinel = AddressSentinel()
        sentinel.watch([])
        sentinel.hear(Self.virtual, from: Self.webMAC, at: at(0))
        sentinel.hear(Self.virtual, from: Self.webMAC, at: at(1_000))
        #expect(findings(sentinel).isEmpty)
        #expect(!sentinel.isClaimed(Self.virtual, by: Self.webMAC, at: at(1_000)))
    }
}
