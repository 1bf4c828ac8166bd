import NIOCore
import NIOPosix
import Primitives
import SystemPackage
import Testing

@testable import SecureTransport

@Suite(.timeLimit(.minutes(2))) struct LinkTests {
    @Test(arguments: ["127.0.0.1", "::1"])
    func `the right keys connect and bytes go both ways`(address: String) async throws {
        var pair = try Pair(address: address)
        defer { pair.stop() }
        pair.dialer.dial(LinkIdentifier(rawValue: 7), to: pair.endpoint, expecting: pair.agentKey.fingerprint)
        guard case .connected(let agent, let key, let remote) = try await pair.agent.next() else {
            Issue.record("no link")
            return
        }
        #expect(key == pair.directorKey.fingerprint)
        #expect(remote.address == pair.endpoint.address)
        let expected = TransportEvent.connected(
            LinkIdentifier(rawValue: 7),
            pair.agentKey.fingerprint,
            remote: pair.endpoint,
        )
        #expect(try await pair.director.next() == expected)
        try await pair.exchange((agent, LinkIdentifier(rawValue: 7)))
        // Framing is above: any bytes, and more than one record of them, are just bytes here.
        try await pair.exchange((agent, LinkIdentifier(rawValue: 7)), count: 100_000)
        #expect(pair.listener.statistics.opened == 1)
        #expect(pair.listener.statistics.refused == 0)
    }

    @Test func `either end closes and the other hears of it`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        var link = try await pair.connect(1)
        pair.dialer.close(link.director)
        #expect(try await pair.director.closure() == .closedByOwner)
        #expect(try await pair.agent.closure() == .closedByPeer)
        link = try await pair.connect(2)
        pair.listener.close(link.agent)
        #expect(try await pair.agent.closure() == .closedByOwner)
        #expect(try await pair.director.closure() == .closedByPeer)
    }

    @Test func `what was sent before a close arrives`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        let goodbye = Array("goodbye".utf8)
        pair.dialer.send(link.director, goodbye)
        pair.dialer.close(link.director)
        #expect(try await pair.agent.next() == .bytes(link.agent, goodbye))
        #expect(try await pair.agent.next() == .closed(link.agent, .closedByPeer))
    }

    @Test(arguments: [(true, false), (false, true), (true, true)])
    func `an expired certificate with the right key is accepted`(listener: Bool, dialer: Bool) async throws {
        let (past, never) = ("20200102000000Z", "99991231235959Z")
        var pair = try Pair(listenerExpiry: listener ? past : never, dialerExpiry: dialer ? past : never)
        defer { pair.stop() }
        try await pair.exchange(pair.connect())
    }

    @Test func `a dialer with a key that is not pinned is refused and learns it`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        var stranger = TransportProbe()
        let dialer = try LinkDialer(identity: .generate(), eventLoop: loops.next(), events: stranger.sink)
        defer { dialer.stop() }
        dialer.dial(LinkIdentifier(rawValue: 1), to: pair.endpoint, expecting: pair.agentKey.fingerprint)
        #expect(try await pair.agent.refusal() == .unknownKey)
        #expect(try await stranger.closure() == .refused(.rejectedByPeer))
        #expect(pair.listener.statistics.refusals == [.unknownKey: 1])
        try await pair.exchange(link)
    }

    @Test func `a listener with another key than expected is turned down`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let identifier = LinkIdentifier(rawValue: 1)
        pair.dialer.dial(identifier, to: pair.endpoint, expecting: IdentityKey.generate().fingerprint)
        #expect(try await pair.director.next() == .closed(identifier, .refused(.unknownKey)))
        #expect(try await pair.agent.refusal() == .rejectedByPeer)
        _ = try await pair.connect(2)
    }

    @Test func `a removed key loses its live links at once and others keep theirs`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let other = IdentityKey.generate()
        pair.listener.replacePins([pair.directorKey.fingerprint, other.fingerprint])
        try await pair.settle()
        let link = try await pair.connect()
        var second = TransportProbe()
        let dialer = try LinkDialer(identity: other, eventLoop: loops.next(), events: second.sink)
        defer { dialer.stop() }
        dialer.dial(LinkIdentifier(rawValue: 1), to: pair.endpoint, expecting: pair.agentKey.fingerprint)
        let removed = try await pair.agent.connection()
        pair.listener.replacePins([pair.directorKey.fingerprint])
        #expect(try await pair.agent.next() == .closed(removed, .keyRemoved))
        #expect(try await second.closure() == .closedByPeer)
        try await pair.exchange(link)
        dialer.dial(LinkIdentifier(rawValue: 2), to: pair.endpoint, expecting: pair.agentKey.fingerprint)
        #expect(try await pair.agent.refusal() == .unknownKey)
    }

    @Test func `a newer link with the same key replaces the oldest one`() async throws {
        var limits = LinkLimits()
        limits.linksPerKey = 2
        var pair = try Pair(listening: limits)
        defer { pair.stop() }
        let first = try await pair.connect(1)
        let second = try await pair.connect(2)
        let third = try await pair.connect(3)
        #expect(try await pair.agent.next() == .closed(first.agent, .superseded))
        #expect(try await pair.director.next() == .closed(first.director, .closedByPeer))
        try await pair.exchange(second)
        try await pair.exchange(third)
    }

    @Test func `a virtual address is not answered`() async throws {
        var pair = try Pair(address: "0.0.0.0")
        defer { pair.stop() }
        let virtual = try #require(IPAddress("127.0.0.2"))
        let real = try #require(IPAddress("127.0.0.1"))
        pair.listener.replaceRefusedLocalAddresses([virtual])
        try await pair.settle()
        let port = pair.endpoint.port
        let key = pair.agentKey.fingerprint
        pair.dialer.dial(LinkIdentifier(rawValue: 1), to: Endpoint(address: virtual, port: port), expecting: key)
        #expect(try await pair.agent.refusal() == .virtualAddress)
        _ = try await pair.director.closure()
        pair.dialer.dial(LinkIdentifier(rawValue: 2), to: Endpoint(address: real, port: port), expecting: key)
        _ = try await pair.agent.connection()
    }

    @Test func `a port on which nobody listens is told as unreachable`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let client = try HostileClient(pair.endpoint)
        defer { client.close() }
        let nobody = try Endpoint(address: #require(IPAddress("127.0.0.1")), port: 1)
        let identifier = LinkIdentifier(rawValue: 1)
        pair.dialer.dial(identifier, to: nobody, expecting: pair.agentKey.fingerprint)
        #expect(try await pair.director.next() == .closed(identifier, .unreachable(.connectionRefused)))
    }

    @Test func `two listeners cannot have one port`() throws {
        let pair = try Pair()
        defer { pair.stop() }
        #expect(throws: TransportError.cannotListen(pair.endpoint, .addressInUse)) {
            try pair.listener.listen(on: pair.endpoint)
        }
    }
}
