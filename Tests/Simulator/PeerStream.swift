import DirectorCore
import Primitives

/// A TCP connection between the two directors: bytes in order, in any pieces, delayed and cut by the network.
final class PeerStream {
    private struct End {
        var process: DirectorProcess
        var name: PeerConnection
        var isOpen: Bool
        var waiting: [[UInt8]?] = []
        var isPumping = false
        var arrivesAfter: MonotonicInstant?
    }

    private unowned let world: Simulation
    private var ends: [End]
    private var stuckSince: MonotonicInstant?

    /// How long TCP tries before it gives up.
    private static let patience = Interval.seconds(8)
    private static let retransmission = Interval.milliseconds(200)

    /// Dials: the handshake takes its time.
    init(_ name: PeerConnection, from process: DirectorProcess, world: Simulation) {
        self.world = world
        ends = [End(process: process, name: name, isOpen: true)]
    }

    /// The handshake.
    func dial() {
        guard ends[0].isOpen else { return }
        guard world.canPeer else { return world.after(.milliseconds(500)) { [self] in dial() } }
        let other = world.directors[1 - ends[0].process.node.index]
        guard let process = other.process, process.peer.isListening else {
            return world.after(world.streamDelay()) { [self] in ended("connection refused", at: 0) }
        }
        let accepted = PeerConnection.accepted(world.connectionNumber())
        ends.append(End(process: process, name: accepted, isOpen: true))
        process.peer.accepted(accepted, self)
        for index in 0...1 {
            let name = ends[index].name
            let loop = ends[index].process.brainLoop
            world.mail(to: loop, after: world.streamDelay()) { [self] in
                guard ends[index].isOpen else { return }
                ends[index].process.peer.handle(.connected(name))
            }
            // As the shipped link does it: nothing is read before the handshake is finished at this end too.
            ends[1 - index].arrivesAfter = loop.lastMail
        }
    }

    /// Sends bytes from the end that a process has.
    func send(_ bytes: [UInt8], from process: DirectorProcess) { enqueue(bytes, from: process) }

    /// One end closes; what it sent before still arrives.
    func close(from process: DirectorProcess) {
        enqueue(nil, from: process)
        if let index = index(of: process) { ends[index].isOpen = false }
    }

    /// One end's machine has forgotten the connection.
    func vanish(at process: DirectorProcess) {
        guard let index = index(of: process) else { return }
        ends[index].isOpen = false
        ends[index].waiting = []
    }

    private func index(of process: DirectorProcess) -> Int? { ends.firstIndex { $0.process === process } }

    private func enqueue(_ bytes: [UInt8]?, from process: DirectorProcess) {
        guard let index = index(of: process), ends[index].isOpen else { return }
        ends[index].waiting.append(bytes)
        pump(index)
    }

    private func pump(_ index: Int) {
        guard ends.count == 2, !ends[index].isPumping, let first = ends[index].waiting.first else { return }
        guard world.canPeer else { return retry(index) }
        stuckSince = nil
        ends[index].waiting.removeFirst()
        let arrival = max(ends[index].arrivesAfter ?? world.now, world.now + world.streamDelay())
        ends[index].arrivesAfter = arrival
        if let bytes = first {
            let cut = bytes.count > 1 ? world.cutPoint(bytes.count) : 0
            for piece in [Array(bytes[..<cut]), Array(bytes[cut...])] where !piece.isEmpty {
                world.after(arrival - world.now) { [self] in deliver(piece, to: 1 - index) }
            }
        } else {
            world.after(arrival - world.now) { [self] in ended("closed by the other end", at: 1 - index) }
        }
        pump(index)
    }

    private func retry(_ index: Int) {
        let since = stuckSince ?? world.now
        stuckSince = since
        guard world.now - since < Self.patience else {
            for index in ends.indices {
                ends[index].waiting = []
                ended("timed out", at: index)
            }
            return
        }
        ends[index].isPumping = true
        world.after(Self.retransmission) { [self] in
            ends[index].isPumping = false
            pump(index)
        }
    }

    private func deliver(_ bytes: [UInt8], to index: Int) {
        // A machine that knows nothing of the connection answers with a reset.
        guard ends[index].isOpen else { return ended("reset by the other end", at: 1 - index) }
        let (process, name) = (ends[index].process, ends[index].name)
        process.brainLoop.run { [self] in
            guard ends[index].isOpen else { return }
            process.peer.handle(.bytes(name, bytes))
        }
    }

    private func ended(_ reason: String, at index: Int) {
        guard ends[index].isOpen else { return }
        let (process, name) = (ends[index].process, ends[index].name)
        process.brainLoop.run { [self] in
            guard ends[index].isOpen else { return }
            ends[index].isOpen = false
            process.peer.handle(.closed(name, reason: reason))
        }
    }
}
