import Primitives
import Testing
import VRRP

extension ReceptionTests {
    static var unicast: VirtualRouterSettings {
        var settings = ipv4
        settings.unicast = UnicastSettings(peers: [Vectors.address("192.0.2.2"), Vectors.address("192.0.2.3")])
        return settings
    }
    static var unicast6: VirtualRouterSettings {
        var settings = ipv6
        settings.unicast = UnicastSettings(peers: [Vectors.address("fe80::2")])
        return settings
    }

    @Test func `a unicast router accepts what a peer sent to it`() throws {
        #expect(try judge(Self.unicast, destination: "192.0.2.1").remarks.isEmpty)
        #expect(try judge(Self.unicast, source: "192.0.2.3", destination: "192.0.2.1").remarks.isEmpty)
        #expect(try judge(Self.unicast6, destination: "fe80::1").remarks.isEmpty)
        // The peer may know this director by any address of the interface.
        #expect(try judge(Self.unicast, destination: "192.0.2.7").remarks.isEmpty)
    }

    @Test func `a unicast router refuses the group`() {
        #expect(throws: Rejection.wrongDestination) { try judge(Self.unicast) }
        #expect(throws: Rejection.wrongDestination) { try judge(Self.unicast6) }
    }

    @Test func `a unicast router refuses strangers, and what was sent to the virtual address`() {
        #expect(throws: Rejection.unknownPeer) {
            try judge(Self.unicast, source: "192.0.2.4", destination: "192.0.2.1")
        }
        #expect(throws: Rejection.unknownPeer) { try judge(Self.unicast6, source: "fe80::3", destination: "fe80::1") }
        #expect(throws: Rejection.wrongDestination) { try judge(Self.unicast, destination: "192.0.2.100") }
    }

    @Test func `advertisements go to the group, or to every peer`() {
        #expect(Self.ipv4.destinations == [ProtocolVersion.group(.ipv4)])
        #expect(Self.ipv6.destinations == [ProtocolVersion.group(.ipv6)])
        #expect(Self.unicast.destinations == ["192.0.2.2", "192.0.2.3"].map(Vectors.address))
        #expect(Self.ipv4.minimumTimeToLive == 255)
        #expect(Self.unicast.minimumTimeToLive == 255)
    }

    @Test(arguments: [
        [], ["fe80::2"], ["224.0.0.18"], ["192.0.2.100"], ["192.0.2.2", "192.0.2.2"],
        (1...33).map { "192.0.2.\($0)" },
    ])
    func `peers that cannot be sent to are refused`(_ peers: [String]) {
        var settings = Self.unicast
        #expect(settings.firstProblem() == nil)
        settings.unicast = UnicastSettings(peers: peers.map(Vectors.address))
        #expect(settings.firstProblem() == .unicastPeers)
    }

    @Test func `a peer over IPv6 is link-local, and a limit of 0 is none`() {
        var settings = Self.unicast6
        #expect(settings.firstProblem() == nil)
        settings.unicast?.minimumTimeToLive = 0
        #expect(settings.firstProblem() == .unicastPeers)
        settings.unicast = UnicastSettings(peers: [Vectors.address("2001:db8::2")])
        #expect(settings.firstProblem() == .unicastPeers)
    }

    @Test func `version 3 carries no password, and no version another authentication`() {
        var settings = Self.version2
        #expect(settings.firstProblem() == nil)
        settings.authentication = .other(type: 2, data: Array(repeating: 0, count: 8))
        #expect(settings.firstProblem() == .authentication)
        settings = Self.ipv4
        settings.authentication = Self.version2.authentication
        #expect(settings.firstProblem() == .authentication)
    }
}
