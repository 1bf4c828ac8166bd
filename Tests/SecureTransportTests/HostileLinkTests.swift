import Crypto
import Glibc
import NIOCore
import NIOPosix
import NIOSSL
import Primitives
import Synchronization
import Testing

@testable import SecureTransport

@Suite(.timeLimit(.minutes(2))) struct HostileLinkTests {
    @Test(arguments: ["GET / HTTP/1.1\r\nHost: a\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "\u{0}\u{0}\u{0}\u{4}tandem"])
    func `a client without TLS is refused`(opening: String) async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        let client = try HostileClient(pair.endpoint)
        defer { client.close() }
        client.send(opening)
        #expect(try await pair.agent.refusal() == .notTLS)
        client.waitForEnd()
        try await pair.exchange(link)
    }

    @Test func `a client that shows no certificate is refused`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        let channel = try await hostileTLS(configuration, to: pair.endpoint)
        #expect(try await pair.agent.refusal() == .noCertificate)
        try? await channel.closeFuture.get()
        #expect(pair.listener.statistics.refusals == [.noCertificate: 1])
        try await pair.exchange(link)
    }

    @Test func `a client that speaks no newer TLS than 1.2 is refused`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.maximumTLSVersion = .tlsv12
        let channel = try await hostileTLS(configuration, to: pair.endpoint)
        #expect(try await pair.agent.refusal() == .oldProtocol)
        try? await channel.closeFuture.get()
    }

    @Test func `a client that goes away during the handshake is counted`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let client = try HostileClient(pair.endpoint)
        client.close()
        #expect(try await pair.agent.refusal() == .abandoned)
    }

    @Test func `a handshake that never finishes is cut off at either end`() async throws {
        var limits = LinkLimits()
        limits.handshakeTimeout = .milliseconds(300)
        var pair = try Pair(listening: limits, dialling: limits)
        defer { pair.stop() }
        let client = try HostileClient(pair.endpoint)
        defer { client.close() }
        #expect(try await pair.agent.refusal() == .handshakeTimedOut)
        client.waitForEnd()

        let silent = try await ServerBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get()
        let port = try UInt16(#require(silent.localAddress?.port))
        let endpoint = try Endpoint(address: #require(IPAddress("127.0.0.1")), port: port)
        pair.dialer.dial(LinkIdentifier(rawValue: 5), to: endpoint, expecting: pair.agentKey.fingerprint)
        #expect(try await pair.director.closure() == .refused(.handshakeTimedOut))
        try await silent.close()
    }

    @Test func `a dial is given up when its owner says so`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let silent = try await ServerBootstrap(group: loops).bind(host: "127.0.0.1", port: 0).get()
        let port = try UInt16(#require(silent.localAddress?.port))
        let endpoint = try Endpoint(address: #require(IPAddress("127.0.0.1")), port: port)
        let identifier = LinkIdentifier(rawValue: 5)
        pair.dialer.dial(identifier, to: endpoint, expecting: pair.agentKey.fingerprint)
        pair.dialer.close(identifier)
        #expect(try await pair.director.next() == .closed(identifier, .closedByOwner))
        // Nothing more is heard of it: the next event is another link's.
        _ = pair.dialer.send(identifier, [1])
        let link = LinkIdentifier(rawValue: 6)
        pair.dialer.dial(link, to: pair.endpoint, expecting: pair.agentKey.fingerprint)
        guard case .connected(link, _, _) = try await pair.director.next() else {
            Issue.record("an event of the abandoned dial")
            return
        }
        try await silent.close()
    }

    @Test func `bytes that break TLS end the link alone`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        let certificate = try SelfSignedCertificate(key: pair.directorKey)
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.certificateVerification = .none
        configuration.certificateChain = [.certificate(try NIOSSLCertificate(bytes: certificate.bytes, format: .der))]
        let key = Array(pair.directorKey.privateKey.derRepresentation)
        configuration.privateKey = .privateKey(try NIOSSLPrivateKey(bytes: key, format: .der))
        let channel = try await hostileTLS(configuration, to: pair.endpoint)
        let broken = try await pair.agent.connection()
        // Written past the TLS handler.
        try await channel.eventLoop.flatSubmit {
            channel.eventLoop.makeCompletedFuture {
                let sync = channel.pipeline.syncOperations
                let context = try sync.context(handlerType: NIOSSLClientHandler.self)
                context.writeAndFlush(NIOAny(ByteBuffer(string: "no record at all, not even nearly")), promise: nil)
            }
        }.get()
        #expect(try await pair.agent.next() == .closed(broken, .brokenStream))
        try await pair.exchange(link)
    }

    @Test func `an owner without room stops the reading and loses nothing`() async throws {
        var pair = try Pair()
        defer { pair.stop() }
        let link = try await pair.connect()
        let payload = (0..<500_000).map { _ in UInt8.random(in: 0...255) }
        pair.agent.setFull(true)
        for start in stride(from: 0, to: payload.count, by: 50_000) {
            pair.dialer.send(link.director, Array(payload[start..<start + 50_000]))
        }
        while pair.listener.statistics.pauses == 0 { await Task.yield() }
        pair.agent.setFull(false)
        #expect(try await pair.agent.bytes(payload.count) == payload)
        try await pair.exchange(link)
    }

    @Test func `an end that does not read is cut off and the others are not disturbed`() async throws {
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
        let slow = try await pair.agent.connection()
        _ = try await second.connection()
        second.setFull(true)
        let chunk = [UInt8](repeating: 1, count: 65_536)
        while pair.listener.statistics.closed == 0 {
            pair.listener.send(slow, chunk)
            // One at a time, so that it is the peer that is slow and not the loop.
            try await pair.settle()
        }
        #expect(try await pair.agent.next() == .closed(slow, .slowPeer))
        try await pair.exchange(link)
    }

    @Test func `commands beyond the bound are dropped and counted and end the link`() async throws {
        var limits = LinkLimits()
        limits.commandBytes = 1000
        var pair = try Pair(listening: limits)
        defer { pair.stop() }
        let link = try await pair.connect()
        #expect(!pair.listener.send(link.agent, [UInt8](repeating: 0, count: 1000)))
        #expect(pair.listener.statistics.droppedCommands == 1)
        #expect(try await pair.agent.closure() == .overrun)
    }

    @Test func `what is said to several links at once reaches all but one without room`() async throws {
        var limits = LinkLimits()
        limits.commandBytes = 1000
        limits.linksPerKey = 3
        var pair = try Pair(listening: limits)
        defer { pair.stop() }
        let links = [try await pair.connect(1), try await pair.connect(2), try await pair.connect(3)]
        let short = Array("short".utf8)
        let messages = [short, [UInt8](repeating: 0, count: 1000), short]
        let dropped = pair.listener.send(zip(links, messages).map { LinkMessage($0.agent, $1) })
        #expect(dropped == 1)
        #expect(pair.listener.statistics.droppedCommands == 1)
        #expect(try await pair.agent.next() == .closed(links[1].agent, .overrun))
        var heard: [TransportEvent] = []
        while heard.count < 3 { heard.append(try await pair.director.next()) }
        #expect(heard.contains(.bytes(links[0].director, short)))
        #expect(heard.contains(.bytes(links[2].director, short)))
    }

    @Test func `a thousand connections at once disturb nobody and are all refused and counted`() async throws {
        var files = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        files.rlim_cur = files.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
        var limits = LinkLimits()
        limits.handshakeTimeout = .seconds(2)
        var pair = try Pair(listening: limits)
        defer { pair.stop() }
        let link = try await pair.connect()
        var clients: [HostileClient] = []
        for index in 0..<1000 {
            clients.append(try HostileClient(pair.endpoint))
            if index.isMultiple(of: 100) { try await pair.exchange(link) }
        }
        for client in clients { client.waitForEnd() }
        for client in clients { client.close() }
        try await pair.exchange(link)
        let statistics = pair.listener.statistics
        #expect(statistics.refused == 1000)
        #expect((statistics.refusals[.handshakeTimedOut] ?? 0) >= UInt64(limits.handshakesPerAddress))
        #expect((statistics.refusals[.tooManyHandshakesFromAddress] ?? 0) > 0)
        #expect(statistics.handshakes == 0)
        _ = try await pair.connect(2)
    }

    @Test func `no more connections than allowed are held`() async throws {
        var limits = LinkLimits()
        limits.connections = 3
        var pair = try Pair(listening: limits)
        defer { pair.stop() }
        let link = try await pair.connect()
        let clients = [try HostileClient(pair.endpoint), try HostileClient(pair.endpoint)]
        defer { for client in clients { client.close() } }
        while pair.listener.statistics.connections < 3 { await Task.yield() }
        let surplus = try HostileClient(pair.endpoint)
        defer { surplus.close() }
        surplus.waitForEnd()
        #expect(try await pair.agent.refusal() == .tooManyConnections)
        try await pair.exchange(link)
    }
}
