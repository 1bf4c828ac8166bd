import AgentCore
import DirectorCore
import Primitives

/// A TCP connection between a director and an agent: bytes in order, in any pieces, delayed and cut by the LAN.
final class AgentConnection {
    /// One end.
    enum End {
        case director
        case agent
    }

    private enum Segment {
        case bytes([UInt8])
        case end
    }

    private unowned let world: Simulation
    /// The director's machine.
    let director: DirectorNode
    /// The web node.
    let server: RealServerNode
    /// The process that dialled.
    let process: DirectorProcess
    /// The agent's process once it accepted.
    private(set) var agent: AgentProcess?
    /// The director's name for it.
    let identifier: ConnectionIdentifier
    /// The agent's name for it.
    let number: UInt64

    private var isOpen: [End: Bool] = [.director: true, .agent: false]
    private var waiting: [End: [Segment]] = [.director: [], .agent: []]
    private var arrivesAfter: [End: MonotonicInstant] = [:]
    private var isPumping: [End: Bool] = [:]
    private var stuckSince: MonotonicInstant?

    /// How long TCP tries before it gives up.
    private static let patience = Interval.seconds(8)
    private static let retransmission = Interval.milliseconds(200)

    init(
        _ identifier: ConnectionIdentifier,
        number: UInt64,
        process: DirectorProcess,
        server: RealServerNode,
        world: Simulation,
    ) {
        self.identifier = identifier
        self.number = number
        self.process = process
        director = process.node
        self.server = server
        self.world = world
    }

    /// Whether both ends think that it stands.
    var stands: Bool { isOpen[.director] == true && isOpen[.agent] == true }

    /// The handshake.
    func dial() {
        guard isOpen[.director] == true else { return }
        guard world.canTalk(director.index, server.index), server.isOnLan, director.kernel.isReachable else {
            return world.after(.milliseconds(500)) { [self] in dial() }
        }
        guard let agent = server.agent, agent.isListening else {
            return world.mail(to: process.brainLoop, after: .milliseconds(1)) { [self] in
                guard isOpen[.director] == true else { return }
                isOpen[.director] = false
                process.forget(identifier)
                process.think(.agentClosed(identifier, reason: "connection refused"))
            }
        }
        self.agent = agent
        isOpen[.agent] = true
        agent.opened(self)
        world.mail(to: process.brainLoop, after: world.streamDelay()) { [self] in
            guard isOpen[.director] == true else { return }
            process.think(.agentConnected(identifier))
        }
    }

    /// Sends bytes from one end.
    func send(_ bytes: [UInt8], from end: End) {
        guard isOpen[end] == true, !bytes.isEmpty else { return }
        waiting[end]?.append(.bytes(bytes))
        pump(end)
    }

    /// One end closes; what it sent before still arrives.
    func close(from end: End) {
        guard isOpen[end] == true else { return }
        isOpen[end] = false
        waiting[end]?.append(.end)
        pump(end)
    }

    /// One end's machine has forgotten the connection.
    func vanish(at end: End) { isOpen[end] = false }

    private func pump(_ end: End) {
        guard isPumping[end] != true, let first = waiting[end]?.first else { return }
        guard world.canTalk(director.index, server.index), server.isOnLan, director.kernel.isReachable else {
            return retry(end)
        }
        stuckSince = nil
        waiting[end]?.removeFirst()
        let arrival = max(arrivesAfter[end] ?? world.now, world.now + world.streamDelay())
        arrivesAfter[end] = arrival
        let other: End = end == .director ? .agent : .director
        switch first {
        case .bytes(let bytes):
            let cut = bytes.count > 1 ? world.cutPoint(bytes.count) : 0
            for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] where !piece.isEmpty {
                world.after(arrival - world.now) { [self] in deliver(piece, to: other) }
            }
        case .end:
            world.after(arrival - world.now) { [self] in ended("closed by the peer", at: other) }
        }
        pump(end)
    }

    private func retry(_ end: End) {
        let since = stuckSince ?? world.now
        stuckSince = since
        guard world.now - since < Self.patience else {
            waiting = [:]
            ended("timed out", at: .director)
            ended("timed out", at: .agent)
            return
        }
        isPumping[end] = true
        world.after(Self.retransmission) { [self] in
            isPumping[end] = false
            pump(end)
        }
    }

    private func deliver(_ bytes: [UInt8], to end: End) {
        guard isOpen[end] == true else {
            // A machine that knows nothing of the connection answers with a reset.
            return ended("reset by the peer", at: end == .director ? .agent : .director)
        }
        switch end {
        case .director:
            process.brainLoop.run { [self] in
                guard isOpen[.director] == true else { return }
                world.clusterChecker.directorReceives(bytes, on: self)
                process.think(.agentBytes(identifier, bytes))
            }
        case .agent:
            agent?.loop.run { [self] in
                guard isOpen[.agent] == true else { return }
                agent?.handle(.linkReceived(connection: number, bytes: bytes))
            }
        }
    }

    private func ended(_ reason: String, at end: End) {
        guard isOpen[end] == true else { return }
        switch end {
        case .director:
            process.brainLoop.run { [self] in
                guard isOpen[.director] == true else { return }
                isOpen[.director] = false
                process.forget(identifier)
                process.think(.agentClosed(identifier, reason: reason))
            }
        case .agent:
            agent?.loop.run { [self] in
                guard isOpen[.agent] == true else { return }
                isOpen[.agent] = false
                agent?.forget(number)
                agent?.handle(.linkClosed(connection: number, reason: reason))
            }
        }
    }
}
