import AgentLink
import DirectorCore
import NIOPosix
import Primitives
import SecureTransport
import Testing

private let loops = MultiThreadedEventLoopGroup(numberOfThreads: 1)

@Suite(.timeLimit(.minutes(1))) struct AgentDialerTests {
    /// A dialer, and what it tells the cluster core.
    private struct Director {
        let key = IdentityKey.generate()
        let dialer: AgentDialer
        private var iterator: AsyncStream<ClusterEvent>.AsyncIterator

        init() throws {
            let (stream, continuation) = AsyncStream.makeStream(of: ClusterEvent.self)
            iterator = stream.makeAsyncIterator()
            dialer = try AgentDialer(identity: key, eventLoop: loops.next()) { event in
                continuation.yield(event)
                return true
            }
        }

        mutating func next() async throws -> ClusterEvent {
            try #require(await iterator.next(isolation: #isolation))
        }
    }

    @Test func `the core's effects reach an agent and what the agent does reaches the core`() async throws {
        var director = try Director()
        let agentKey = IdentityKey.generate()
        let (heard, continuation) = AsyncStream.makeStream(of: TransportEvent.self)
        var agent = heard.makeAsyncIterator()
        let listener = try LinkListener(
            identity: agentKey,
            pins: [director.key.fingerprint],
            eventLoop: loops.next(),
        ) { event in
            continuation.yield(event)
            return true
        }
        defer { listener.stop() }
        let endpoint = try listener.listen(on: Endpoint(address: #require(IPAddress("127.0.0.1")), port: 0))
        let first = ConnectionIdentifier(rawValue: 41)
        director.dialer.dial(first, to: endpoint, expecting: agentKey.fingerprint)
        #expect(try await director.next() == .agentConnected(first))
        guard case .connected(let link, _, _)? = await agent.next() else {
            Issue.record("no link")
            return
        }
        director.dialer.send(first, [1, 2, 3])
        #expect(await agent.next() == .bytes(link, [1, 2, 3]))
        listener.send(link, [4, 5])
        #expect(try await director.next() == .agentBytes(first, [4, 5]))

        // What the core closed is not heard of again: the next event is of another link.
        director.dialer.close(first)
        #expect(await agent.next() == .closed(link, .closedByPeer))
        let second = ConnectionIdentifier(rawValue: 42)
        director.dialer.dial(second, to: endpoint, expecting: agentKey.fingerprint)
        #expect(try await director.next() == .agentConnected(second))
        // The director's end is through with the handshake before the agent's end has judged it.
        guard case .connected? = await agent.next() else {
            Issue.record("no second link")
            return
        }
        listener.replacePins([])
        #expect(try await director.next() == .agentClosed(second, reason: "closed by the other end"))
    }

    @Test func `a dial that fails is told once with its reason`() async throws {
        var director = try Director()
        let nobody = try Endpoint(address: #require(IPAddress("127.0.0.1")), port: 1)
        let connection = ConnectionIdentifier(rawValue: 1)
        director.dialer.dial(connection, to: nobody, expecting: director.key.fingerprint)
        let reason = "connecting failed: Connection refused"
        #expect(try await director.next() == .agentClosed(connection, reason: reason))
    }
}
