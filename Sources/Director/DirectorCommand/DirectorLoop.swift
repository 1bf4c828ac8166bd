internal import AgentLink
internal import Balancing
internal import ControlSocket
internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Glibc
internal import Linux
internal import Logging
internal import PeerProtocol
internal import Primitives
internal import Probing
internal import ServiceManager
internal import SystemPackage
internal import VRRP

/// The director's main loop: it owns the core that combines health, agents and balancing, and speaks to systemd.
///
/// It decides nothing itself; it turns what arrives into the core's events and executes the core's effects.
struct DirectorLoop: ~Copyable {
    var configuration: DirectorConfiguration
    let configurationPath: String
    let threads: DirectorThreads
    let inbox: DirectorInbox
    let signals: SignalSource
    private let signalToken: UInt64
    var logger: Logger
    let notifier: NotificationThread
    var core: ClusterCore
    var peer = PeerCore()
    var reactor: Reactor
    var life: DirectorLife
    /// When the code that nothing runs any more is given back.
    var codeReleaseDue: MonotonicInstant?
    var electionLog: ElectionLog
    var clusterLog: ClusterLog
    var troubleLog: TroubleLog
    var watchdog: WatchdogSchedule
    var statusLine = StatusLine()
    var serviceTracking = ServiceTracking()
    var lastElection: ElectionReport?
    /// The sync daemons that were last wished for.
    var syncWish: ConnectionSyncWish?
    /// What tells the successor of connections, while it takes over.
    var transfer: ConnectionTransfer?
    /// What is kept while this director takes over.
    var takeover: Takeover?
    /// The operators who wait for the outcome of a failover, by its number.
    var failovers: [UInt64: ControlReply] = [:]
    var nextFailover: UInt64 = 1
    /// The operators who wait for news of a drain.
    var drainWaits = DrainWaits<ControlReply>()
    /// Whether this director could serve, as far as preemption goes.
    var mayPreempt = false
    /// Whether the two directors agree on preemption by their link.
    var peerDefersPreemption = false
    /// What the election was last told.
    var defersPreemption = true
    var peerInformationDue = MonotonicInstant(nanoseconds: 0)
    /// What the other director thought of the real servers when the cluster core was last told.
    var lastPeerOpinions: [PeerOpinion] = []
    var isPeerAlike = false
    /// Why the orders on disk are not those in force.
    var unsavedOrders: String?
    var orderRetryDue = MonotonicInstant(nanoseconds: 0)
    /// What came of the other director's orders in this turn.
    var sharedOrders: [PeerOrder] = []
    /// How long a stop that was asked for waits for the handover.
    var handoverDeadline: MonotonicInstant?
    var hasRequestedStop = false
    /// Until when a stop is the beginning of a start, as somebody has said.
    var restartAnnouncedUntil: MonotonicInstant?
    /// Whether the process ends to be started anew.
    var isRestarting = false
    /// Why the process has to end though nobody asked for it.
    var failure: Errno?

    /// Starts the threads and the loop's own descriptors.
    init(
        _ configuration: DirectorConfiguration,
        path: String,
        threads: DirectorThreads,
        inbox: DirectorInbox,
        signals: consuming SignalSource,
        logger: Logger,
        seed: UInt64,
    ) throws(Errno) {
        // Whatever can fail comes first: a value that cannot be copied is whole or it is not.
        let notifier = try NotificationThread()
        var reactor = try Reactor()
        for (token, descriptor) in inbox.descriptors.enumerated() {
            try reactor.add(descriptor, token: UInt64(token), interest: .read)
        }
        let signalToken = UInt64(inbox.descriptors.count)
        try reactor.add(signals.raw, token: signalToken, interest: .read)
        self.signalToken = signalToken
        self.notifier = notifier
        self.reactor = reactor
        self.signals = signals
        self.configuration = configuration
        configurationPath = path
        self.threads = threads
        self.inbox = inbox
        self.logger = logger
        core = ClusterCore(seed: seed)
        life = DirectorLife(startedAt: Clock.now, soak: configuration.connectionSync?.soak)
        electionLog = ElectionLog(logger: logger)
        clusterLog = ClusterLog(logger: logger)
        troubleLog = TroubleLog(logger: logger)
        watchdog = WatchdogSchedule(interval: notifier.watchdogInterval, now: Clock.now)
    }

    /// How many chunks of agents' bytes one turn works off: far fewer than would delay the watchdog.
    private static var agentEventsPerTurn: Int { 64 }

    /// Turns until the process shall end.
    mutating func run(_ started: ClusterEvent) throws(Errno) {
        handle(started)
        startPeer(started)
        restoreOrders()
        while life.phase != .finished {
            let ready = try reactor.wait(until: deadline)
            if ready.contains(where: { $0.token == signalToken }) { try takeSignals() }
            takeMessages()
            let now = Clock.now
            if let due = core.deadline, due <= now { handle(.deadlineReached) }
            advancePeer(at: now)
            advance(at: now)
            trackServices(at: now)
            retryOrders(at: now)
            if drainWaits.isDue(at: now) { tellOfDrains(at: now) }
            if watchdog.isDue(at: now, completedTurns: threads.completedTurns) { notifier.watchdog() }
            showStatus(at: now)
        }
        if let failure { throw failure }
    }

    /// When the loop has to turn again though nothing happens.
    private var deadline: MonotonicInstant? {
        let tracking = serviceTracking.deadline(configuration.election)
        let deadlines = [
            core.deadline, watchdog.deadline, troubleLog.deadline, life.deadline, tracking, peerDeadline,
            drainWaits.deadline, orderDeadline,
        ]
        var candidates = deadlines.compactMap { $0 }
        if life.phase == .running {
            candidates.append(statusLine.deadline)
            if let codeReleaseDue { candidates.append(codeReleaseDue) }
        }
        return candidates.min()
    }

    /// Tells the election what became of the services that its routers track.
    private mutating func trackServices(at now: MonotonicInstant) {
        guard life.phase == .running, serviceTracking.isDue(configuration.election, at: now) else { return }
        let failures = serviceTracking.changes(in: core.status(at: now), configuration.election, at: now)
        guard let failures, threads.election.post(.track(.cluster, failures)) else { return }
        serviceTracking.accepted(failures)
    }

    private mutating func takeMessages() {
        for message in inbox.election.drain() {
            switch message {
            case .report(let report):
                electionLog.record(report, at: Clock.now)
                lastElection = report
                synchronizeConnections()
                handle(.electionReported(report))
                handlePeer(.electionReported(report))
                live(.electionReported(knowsItsInterfaces: report.knowsItsInterfaces, refusal: report.socketRefusal))
            case .stopped:
                live(.electionEnded)
            }
        }
        for message in inbox.dataplane.drain() {
            // The end of the dataplane only wakes the loop, which asks the thread itself.
            guard case .report(let report) = message else { continue }
            handle(.dataplaneReported(report))
            peerInformationDue = MonotonicInstant(nanoseconds: 0)
            // Without services there is nothing to reconcile, with or without IPVS in the kernel.
            let isIdle = configuration.cluster.services.isEmpty
            let failure = isIdle ? nil : report.lookFailure
            live(.dataplaneReported(isReconciled: isIdle || report.isReconciled, lookFailure: failure))
        }
        // An agent that floods its link keeps the loop from nothing else.
        for event in inbox.agents.drain(atMost: Self.agentEventsPerTurn) { handle(event) }
        for report in inbox.probes.drain() { handle(.probeReported(report)) }
        for event in inbox.peer.drain() { handlePeer(event) }
        // Once a turn: each time they are written to disk, and what follows is sent behind what was to be sent before.
        // By the peer's clock, which says when they end: the two may differ. It comes with the first heartbeat.
        let waits = configuration.peer != nil && peer.isAboutToTellClock && sharedOrders.count <= OperatorOrders.limit
        if !sharedOrders.isEmpty, !waits {
            let clock = peer.peerClock(at: Clock.now) ?? Self.wallClock
            let shared = sharedOrders
            sharedOrders = []
            handle(.ordersShared(shared, clock: clock))
        }
        for message in inbox.control.drain() { answer(message) }
    }

    /// Hands an event to the core and executes what it wants, in order.
    mutating func handle(_ event: ClusterEvent) {
        for effect in core.handle(event, at: Clock.now) {
            switch effect {
            case .desire(let table): threads.dataplane.post(.desire(table))
            case .probe(let demand): threads.probing.post(demand)
            case .dial(let connection, realServer: _, let endpoint, let key):
                threads.dialer.dial(connection, to: endpoint, expecting: key)
            case .sendAgentBytes(let connection, let bytes): threads.dialer.send(connection, bytes)
            case .closeAgent(let connection): threads.dialer.close(connection)
            case .remember(let orders, let withdrawn): remember(orders, withdrawn: withdrawn)
            case .availability: break  // The status shows it.
            case .opinionsOutdated: peerInformationDue = MonotonicInstant(nanoseconds: 0)
            case .log(let change):
                clusterLog.record(change)
                peerInformationDue = MonotonicInstant(nanoseconds: 0)
            case .stopped: break
            }
        }
    }

    private mutating func takeSignals() throws(Errno) {
        for signal in try signals.read() {
            switch signal {
            case SIGHUP:
                takeHangUp()
            default:
                requestStop()
            }
        }
    }

    /// Reloads on SIGHUP; systemd hears of readiness only if the director was ready before.
    private mutating func takeHangUp() {
        guard life.phase == .running else {
            let outcome = reload()
            logger.notice(
                "a reload while the director starts or stops",
                metadata: ["reload.outcome": "\(outcome.text)"],
            )
            return
        }
        notifier.reloading(at: Clock.now, status: "reading \(configurationPath)")
        let outcome = reload()
        notifier.ready(status: outcome.text)
        statusLine.hold(outcome.text, at: Clock.now)
    }
}
