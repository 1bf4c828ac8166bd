import NIOCore
import NIOPosix
import Primitives
import Synchronization
import Testing

@testable import SecureTransport

/// The event loops of all transport tests.
let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

/// Collects the events of one listener or dialer; can play an owner whose mailbox is full.
struct TransportProbe {
    /// What the loop's thread and the test share.
    private final class Gate: Sendable {
        let isFull = Atomic<Bool>(false)
    }

    /// The sink to hand to the listener or dialer.
    let sink: TransportEventSink
    private let gate = Gate()
    private var iterator: AsyncStream<TransportEvent>.AsyncIterator

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: TransportEvent.self)
        iterator = stream.makeAsyncIterator()
        sink = { [gate] event in
            if gate.isFull.load(ordering: .sequentiallyConsistent) { return false }
            continuation.yield(event)
            return true
        }
    }

    /// Refuses events, or takes them again.
    func setFull(_ isFull: Bool) {
        gate.isFull.store(isFull, ordering: .sequentiallyConsistent)
    }

    /// The next event.
    mutating func next() async throws -> TransportEvent {
        try #require(await iterator.next(isolation: #isolation))
    }

    /// The link that came to be next, events of other kinds being skipped.
    mutating func connection() async throws -> LinkIdentifier {
        while true {
            if case .connected(let identifier, _, _) = try await next() { return identifier }
        }
    }

    /// Why the next link ended, events of other kinds being skipped.
    mutating func closure() async throws -> LinkClosure {
        while true {
            if case .closed(_, let closure) = try await next() { return closure }
        }
    }

    /// Why the next connection was refused, events of other kinds being skipped.
    mutating func refusal() async throws -> LinkRefusal {
        while true {
            if case .refused(let refusal, _) = try await next() { return refusal }
        }
    }

    /// The next so many bytes, other events being skipped.
    mutating func bytes(_ count: Int) async throws -> [UInt8] {
        var result: [UInt8] = []
        while result.count < count {
            if case .bytes(_, let bytes) = try await next() { result += bytes }
        }
        return result
    }
}

/// A listener on loopback, a dialer that it accepts, and what both tell.
struct Pair {
    let agentKey = IdentityKey.generate()
    let directorKey = IdentityKey.generate()
    let listenerLoop = loops.next()
    let listener: LinkListener
    let dialer: LinkDialer
    let endpoint: Endpoint
    var agent = TransportProbe()
    var director = TransportProbe()

    init(
        listening limits: LinkLimits = LinkLimits(),
        dialling dialerLimits: LinkLimits = LinkLimits(),
        listenerExpiry: String = "99991231235959Z",
        dialerExpiry: String = "99991231235959Z",
        address: String = "127.0.0.1",
    ) throws {
        let server = try SelfSignedCertificate(key: agentKey, notAfter: listenerExpiry)
        listener = try LinkListener(
            security: TransportSecurity(identity: agentKey, certificate: server),
            pins: [directorKey.fingerprint],
            limits: limits,
            eventLoop: listenerLoop,
            events: agent.sink,
        )
        let client = try SelfSignedCertificate(key: directorKey, notAfter: dialerExpiry)
        dialer = try LinkDialer(
            security: TransportSecurity(identity: directorKey, certificate: client),
            limits: dialerLimits,
            eventLoop: loops.next(),
            events: director.sink,
        )
        endpoint = try listener.listen(on: Endpoint(address: #require(IPAddress(address)), port: 0))
    }

    /// Dials and waits until both ends have the link.
    mutating func connect(_ identifier: UInt64 = 1) async throws -> (agent: LinkIdentifier, director: LinkIdentifier) {
        let mine = LinkIdentifier(rawValue: identifier)
        dialer.dial(mine, to: endpoint, expecting: agentKey.fingerprint)
        let theirs = try await agent.connection()
        #expect(try await director.connection() == mine)
        return (theirs, mine)
    }

    /// Sends bytes both ways over a link and expects them to arrive.
    mutating func exchange(_ link: (agent: LinkIdentifier, director: LinkIdentifier), count: Int = 100) async throws {
        let payload = (0..<count).map { _ in UInt8.random(in: 0...255) }
        dialer.send(link.director, payload)
        #expect(try await agent.bytes(count) == payload)
        listener.send(link.agent, payload)
        #expect(try await director.bytes(count) == payload)
    }

    /// Waits until the listener has done what it was told: a loop takes in connections before it takes in commands.
    func settle() async throws {
        try await listenerLoop.submit {}.get()
    }

    func stop() {
        listener.stop()
        dialer.stop()
    }
}
