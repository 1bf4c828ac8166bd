import DirectorCore
import Primitives

/// One life of a director's process: its threads, with the parts of the product that run on them.
final class DirectorProcess {
    unowned let node: DirectorNode
    unowned let world: Simulation
    private let election: any ElectionPart
    private var lastLocal: MonotonicInstant?
    /// Whether it was asked to stop.
    private(set) var isStopping = false

    /// The election's thread.
    private(set) lazy var electionLoop = Loop(
        node.name + ".election",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in election.deadline },
        wake: { [unowned self] in handle(.deadlineReached) },
    )
    /// The addresses thread.
    private(set) lazy var addresses = AddressThread(process: self)

    init(node: DirectorNode, world: Simulation) {
        self.node = node
        self.world = world
        election = world.parts.election(node.index, node.clock.local(world.now))
    }

    /// Every thread.
    var loops: [Loop] { [electionLoop, addresses.loop] }

    func start() {
        let settings = node.election
        electionLoop.run { [self] in handle(.started(settings)) }
    }

    /// SIGTERM.
    func requestStop() {
        guard !isStopping else { return }
        isStopping = true
        world.note(node.name, "is asked to stop")
        electionLoop.run { [self] in handle(.stopRequested) }
    }

    /// SIGHUP with the node's present settings.
    func reload() {
        let settings = node.election
        world.mail(to: electionLoop, after: .microseconds(100)) { [self] in handle(.configurationReplaced(settings)) }
    }

    func end() {
        for loop in loops { loop.kill() }
    }

    /// Gives the election an event and does what it wants.
    func handle(_ event: ElectionEvent) {
        let now = electionLoop.localNow
        if let lastLocal, now < lastLocal { preconditionFailure("time went back") }
        lastLocal = now
        let effects = election.handle(event, at: now)
        world.note(electionLoop.name, (event, effects), bytes: [UInt8(truncatingIfNeeded: effects.count)])
        world.electionChecker.handled(event, effects, by: node)
        for effect in effects { execute(effect) }
    }

    private func execute(_ effect: ElectionEffect) {
        switch effect {
        case .sendAdvertisement(_, let source, let destination, let payload):
            world.note(node.name, "advertises", bytes: payload)
            guard node.kernel.isReachable else { return }
            let frame = Frame.vrrp(payload: payload, source: source, destination: destination, timeToLive: 255)
            world.send(frame, from: node.index, to: [1 - node.index])
        case .sendFrame(_, let bytes):
            world.note(node.name, "announces", bytes: bytes)
            guard node.kernel.isReachable else { return }
            world.send(.ethernet(bytes), from: node.index, to: world.everyoneElse(node.index))
        case .demandAddresses(let demand):
            world.mail(to: addresses.loop, after: world.mailboxDelay()) { [self] in addresses.demand(demand) }
        case .publish:
            break
        case .stopped:
            end()
            node.exited()
        }
    }
}
