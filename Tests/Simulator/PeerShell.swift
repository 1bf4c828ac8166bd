import AgentProtocol
import DirectorCore
import PeerProtocol
import Primitives
import VRRP

/// What a director's process does with the agreement between the directors: the link, the orders, the readiness.
final class PeerShell {
    private unowned let process: DirectorProcess
    private unowned let world: Simulation
    private let part: any PeerPart
    private var streams: [PeerConnection: PeerStream] = [:]
    private var readiness = PeerReadiness.unknown
    private var readinessAt: MonotonicInstant?
    /// Whether the peer may connect.
    private(set) var isListening = false
    /// Whether the agreement wants preemption deferred.
    private(set) var defersPreemption = false
    /// What is done once the agreement lets the process end.
    private var onStopReady: (() -> Void)?

    private static let readinessGap = Interval.milliseconds(100)

    init(process: DirectorProcess) {
        self.process = process
        world = process.world
        part = world.parts.peer(process.node.index)
    }

    /// When it wants to be woken.
    var deadline: MonotonicInstant? { part.deadline }

    /// Whether there is another director to agree with.
    var hasPeer: Bool { world.options.hasPeerLink }

    func start(_ boot: BootIdentifier) {
        guard hasPeer else { return }
        handle(.clockRead(UInt64(world.now.nanoseconds / 1_000_000) + 1_790_000_000_000))
        handle(.started(settings, bootIdentifier: boot, programVersion: "simulated"))
    }

    /// The settings that follow from the machine's file.
    private var settings: PeerSettings {
        let node = process.node
        let other = 1 - node.index
        let digest = node.fileDigest
        return PeerSettings(
            directorName: node.name,
            fingerprint: world.fingerprint(node.index),
            peer: .init(
                name: world.directors[other].name,
                address: .v4(Lan.address(other)),
                fingerprint: world.fingerprint(other)
            ),
            configuration: ConfigurationSummary(
                generation: 0,
                changedAt: 0,
                digest: digest,
                sections: [.init(name: "services", digest: digest)]
            ),
            routers: node.election.routers
        )
    }

    func reload() {
        guard hasPeer else { return }
        handle(.configurationReplaced(settings))
    }

    /// Asks the agreement for leave to end; without one, it is given at once.
    func stop(_ ending: PeerEvent.Ending, then: @escaping () -> Void) {
        guard hasPeer else { return then() }
        onStopReady = then
        handle(.stopRequested(ending))
    }

    /// Tells the agreement what the brain knows of itself, now and then.
    func noticeReadiness(_ status: @autoclosure () -> ClusterStatus) {
        let now = process.brainLoop.localNow
        guard hasPeer else { return }
        if let last = readinessAt, now - last < Self.readinessGap { return }
        readinessAt = now
        let status = status()
        let isKnown = status.services.allSatisfy { $0.destinations.allSatisfy { $0.state != .unknown } }
        let found = PeerReadiness(
            isHealthKnown: isKnown,
            isKernelConverged: status.dataplane?.isConverged == true,
            isSyncCaughtUp: true
        )
        guard found != readiness else { return }
        readiness = found
        handle(.readinessChanged(found, .off))
    }

    func handle(_ event: PeerEvent) {
        guard process.brainLoop.isAlive, hasPeer else { return }
        let effects = part.handle(event, at: process.brainLoop.localNow)
        world.note(process.node.name + ".peer", (event, effects), bytes: [UInt8(truncatingIfNeeded: effects.count)])
        world.clusterChecker.bounded(effects.count, "\(process.node.name).peer by \(event)")
        for effect in effects { execute(effect) }
    }

    private func execute(_ effect: PeerEffect) {
        switch effect {
        case .listen: isListening = true
        case .stopListening: isListening = false
        case .dial(let name, _, _):
            let stream = PeerStream(name, from: process, world: world)
            streams[name] = stream
            world.after(world.streamDelay()) { stream.dial() }
        case .send(let name, let bytes): streams[name]?.send(bytes, from: process)
        case .close(let name): streams.removeValue(forKey: name)?.close(from: process)
        case .election(.deferPreemption(let isDeferred)):
            defersPreemption = isDeferred
            process.refreshDeferral()
        case .election(let order): process.order(order)
        case .tellConnections(let handover, _, _):
            guard let delay = world.tellingDelay() else { break }
            world.post(to: process.brainLoop, after: delay) { [self] in handle(.connectionsTold(handover: handover)) }
        case .orders: break  // The simulated directors do not share what operators order.
        case .stopReady:
            onStopReady?()
            onStopReady = nil
        case .answer, .log: break
        }
    }

    func accepted(_ name: PeerConnection, _ stream: PeerStream) { streams[name] = stream }

    /// The process is gone; its machine closes its connections, or is gone as well.
    func end(isSilent: Bool) {
        for (_, stream) in streams.sorted(by: { "\($0.key)" < "\($1.key)" }) {
            if isSilent { stream.vanish(at: process) } else { stream.close(from: process) }
        }
        streams = [:]
        isListening = false
    }
}

extension ElectionOrder {
    /// The election's event.
    var event: ElectionEvent {
        switch self {
        case .handOver(let routers, let until): .handOver(routers: routers, until: until)
        case .takeOver(let routers, let until): .takeOver(routers: routers, until: until)
        case .letGo(let routers): .letGo(routers: routers)
        case .concludeTakeOver(let routers, let until): .concludeTakeOver(routers: routers, until: until)
        case .cancelHandOver(let routers): .cancelHandOver(routers: routers)
        case .deferPreemption(let isDeferred): .preemptionDeferred(isDeferred)
        case .peerReported(let active, let superior): .peerReported(active: active, superior: superior)
        }
    }
}
