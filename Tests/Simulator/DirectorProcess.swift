import AgentProtocol
import DirectorCore
import Health
import Primitives
import VRRP

/// One life of a director's process: its threads, with the parts of the product that run on them.
final class DirectorProcess {
    unowned let node: DirectorNode
    unowned let world: Simulation
    /// When it started, in the world's time.
    let startedAt: MonotonicInstant
    private let election: any ElectionPart
    private let cluster: any ClusterPart
    private var lastLocal: MonotonicInstant?
    private var connections: [ConnectionIdentifier: AgentConnection] = [:]
    private var hold = PreemptionHold()
    private var hasElectionStopped = false
    private var hasClusterStopped = false
    /// Whether it was asked to stop.
    private(set) var isStopping = false
    /// When its election wants to be resumed at the latest, while it ends for a planned restart.
    private var resumesUntil: MonotonicInstant?
    private var wasDeferring = true
    private var lastReport: ElectionReport?

    /// The election's thread.
    private(set) lazy var electionLoop = Loop(
        node.name + ".election",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in election.deadline },
        wake: { [unowned self] in handle(.deadlineReached) },
    )
    /// The main thread.
    private(set) lazy var brainLoop = Loop(
        node.name + ".brain",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in brainDeadline },
        wake: { [unowned self] in wakeBrain() },
    )
    /// The agreement with the other director, on the main thread.
    private(set) lazy var peer = PeerShell(process: self)
    /// The addresses thread.
    private(set) lazy var addresses = AddressThread(process: self)
    /// The dataplane thread.
    private(set) lazy var dataplane = DataplaneThread(process: self)
    /// The probing thread.
    private(set) lazy var probing = ProbingThread(process: self, seed: world.processSeed())

    init(node: DirectorNode, world: Simulation) {
        self.node = node
        self.world = world
        startedAt = world.now
        election = world.parts.election(node.index, node.clock.local(world.now))
        cluster = world.parts.cluster(node.index, world.processSeed())
    }

    private var brainDeadline: MonotonicInstant? { [cluster.deadline, peer.deadline].compactMap { $0 }.min() }

    private func wakeBrain() {
        let now = node.clock.local(world.now)
        if let due = cluster.deadline, due <= now { think(.deadlineReached) }
        if let due = peer.deadline, due <= now { peer.handle(.deadlineReached) }
    }

    /// Every thread.
    var loops: [Loop] { [electionLoop, brainLoop, addresses.loop, dataplane.loop, probing.loop] }

    /// What an operator would be shown.
    var status: ClusterStatus { cluster.status(at: brainLoop.localNow) }

    func start() {
        var election = node.election
        election.resumes = node.resumes
        node.resumes = [:]
        let cluster = node.cluster
        let boot = BootIdentifier(high: UInt64(node.index), low: node.boots)
        let life = BootIdentifier(high: UInt64(node.index), low: world.connectionNumber() << 32)
        dataplane.start()
        for loop in loops { loop.arm() }
        electionLoop.run { [self, election] in
            handle(.preemptionDeferred(true))
            handle(.started(election))
        }
        brainLoop.run { [self] in
            think(.started(cluster, bootIdentifier: boot, programVersion: "simulated"))
            peer.start(life)
        }
    }

    /// SIGTERM.
    func requestStop() {
        guard !isStopping else { return }
        isStopping = true
        world.note(node.name, "is asked to stop")
        brainLoop.run { [self] in
            peer.stop(.stop) { [self] in
                world.order(to: electionLoop, after: world.mailboxDelay()) { [self] in handle(.stopRequested) }
                think(.stopRequested)
            }
        }
    }

    /// A planned restart: the addresses stay, and the next process claims them at once.
    func requestRestart() {
        guard !isStopping else { return }
        isStopping = true
        world.note(node.name, "is asked to restart")
        brainLoop.run { [self] in
            peer.stop(.restart) { [self] in
                world.order(to: electionLoop, after: world.mailboxDelay()) { [self] in
                    let until = electionLoop.localNow + Self.restartPatience
                    resumesUntil = until
                    handle(.suspend(until: until))
                }
                think(.stopRequested)
            }
        }
    }

    /// How long the peers are told to wait for a restart.
    static let restartPatience = Interval.seconds(12)

    /// An operator wants the other director to take over.
    func failOver() {
        let request = FailoverRequest(token: world.connectionNumber())
        world.mail(to: brainLoop, after: .microseconds(100)) { [self] in peer.handle(.failoverRequested(request)) }
    }

    /// The agreement asks something of the election.
    func order(_ order: ElectionOrder) {
        world.order(to: electionLoop, after: world.mailboxDelay()) { [self] in handle(order.event) }
    }

    /// Tells the election whether to leave an Active Router of lower priority alone, when that has changed.
    func refreshDeferral() {
        let isDeferring = hold.isHeld || peer.defersPreemption
        guard isDeferring != wasDeferring else { return }
        wasDeferring = isDeferring
        world.order(to: electionLoop, after: world.mailboxDelay()) { [self] in
            handle(.preemptionDeferred(isDeferring))
        }
    }

    /// SIGHUP with the node's present settings.
    func reload() {
        let election = node.election
        let cluster = node.cluster
        world.order(to: electionLoop, after: .microseconds(100)) { [self] in handle(.configurationReplaced(election)) }
        world.mail(to: brainLoop, after: .microseconds(100)) { [self] in
            think(.configurationReplaced(cluster))
            peer.reload()
        }
    }

    /// The operator speaks.
    func command(_ command: OperatorCommand) {
        world.mail(to: brainLoop, after: .microseconds(100)) { [self] in think(.operatorCommand(command)) }
    }

    /// It is gone; its machine closes its connections, or is gone as well.
    func end(isSilent: Bool = false) {
        for loop in loops { loop.kill() }
        for identifier in connections.keys.sorted() {
            if isSilent {
                connections[identifier]?.vanish(at: .director)
            } else {
                connections[identifier]?.close(from: .director)
            }
        }
        connections = [:]
        peer.end(isSilent: isSilent)
    }

    func forget(_ identifier: ConnectionIdentifier) { connections[identifier] = nil }

    /// Gives the election an event and does what it wants.
    func handle(_ event: ElectionEvent) {
        // Its thread has ended, and reads nothing any more, though the process may need a moment longer.
        guard !hasElectionStopped else { return }
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
        case .sendAdvertisement(_, let source, let destination, let payload, _, _):
            world.note(node.name, "advertises", bytes: payload)
            guard node.kernel.isReachable else { return }
            let frame = Frame.vrrp(payload: payload, source: source, destination: destination, timeToLive: 255)
            world.send(frame, from: node.index, to: [1 - node.index])
        case .sendFrame(_, let bytes):
            world.note(node.name, "announces", bytes: bytes)
            guard node.kernel.isReachable else { return }
            world.send(.ethernet(bytes), from: node.index, to: [1 - node.index, Lan.client])
        case .demandAddresses(let demand):
            world.mail(to: addresses.loop, after: world.mailboxDelay()) { [self] in addresses.demand(demand) }
        case .publish(let report):
            lastReport = report
            world.mail(to: brainLoop, after: world.mailboxDelay()) { [self] in
                think(.electionReported(report))
                peer.handle(.electionReported(report))
            }
        case .stopped, .suspended:
            if effect == .suspended { saveResumption() }
            hasElectionStopped = true
            exitIfDone()
        }
    }

    /// Gives the brain an event and does what it wants.
    func think(_ event: ClusterEvent) {
        guard brainLoop.isAlive else { return }
        let effects = cluster.handle(event, at: brainLoop.localNow)
        world.note(brainLoop.name, (event, effects), bytes: [UInt8(truncatingIfNeeded: effects.count)])
        world.clusterChecker.handled(event, effects, by: self)
        for effect in effects { execute(effect) }
        hold.notice(event)
        endHold()
        peer.noticeReadiness(status)
    }

    /// Lets the election preempt once this director can serve.
    private func endHold() {
        guard hold.isHeld else { return }
        let wasDue = hold.due
        if hold.ends(cluster.status(at: brainLoop.localNow), at: brainLoop.localNow) {
            refreshDeferral()
        } else if wasDue == nil, hold.due != nil {
            world.post(to: brainLoop, after: PreemptionHold.patience) { [self] in endHold() }
        }
    }

    private func execute(_ effect: ClusterEffect) {
        switch effect {
        case .desire(let table):
            world.mail(to: dataplane.loop, after: world.mailboxDelay()) { [self] in dataplane.desire(table) }
        case .probe(let demand):
            world.mail(to: probing.loop, after: world.mailboxDelay()) { [self] in probing.handle(.demanded(demand)) }
        case .sendAgentBytes(let identifier, let bytes):
            connections[identifier]?.send(bytes, from: .director)
        case .closeAgent(let identifier):
            connections.removeValue(forKey: identifier)?.close(from: .director)
        case .dial(let identifier, _, let endpoint, _):
            guard let server = world.realServer(at: endpoint) else { return }
            let number = world.connectionNumber()
            let connection = AgentConnection(
                identifier,
                number: number,
                process: self,
                server: server,
                world: world
            )
            connections[identifier] = connection
            world.after(world.streamDelay()) { connection.dial() }
        case .remember: break  // The simulated operators order anew after a crash.
        case .availability, .opinionsOutdated, .log: break
        case .stopped:
            hasClusterStopped = true
            exitIfDone()
        }
    }

    /// What the process leaves in its state directory for the next one.
    private func saveResumption() {
        guard let until = resumesUntil, let lastReport else { return }
        for router in lastReport.routers where router.state == .active { node.resumes[router.name] = until }
    }

    private func exitIfDone() {
        guard hasElectionStopped, hasClusterStopped else { return }
        end()
        node.exited()
    }
}
