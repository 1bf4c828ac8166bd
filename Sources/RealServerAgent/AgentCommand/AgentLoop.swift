internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ConfigurationSyntax
internal import ControlSocket
internal import Glibc
internal import Linux
internal import Logging
internal import Primitives
internal import SecureTransport
internal import ServiceManager
internal import Telemetry

/// The main thread: one epoll loop that owns the agent's core and does what it says.
struct AgentLoop: ~Copyable {
    private enum Token {
        static let signals: UInt64 = 1
        static let links: UInt64 = 2
        static let routes: UInt64 = 3
        static let listeners: UInt64 = 4
        static let requests: UInt64 = 5
        static let agentCheck: UInt64 = 6
        static let requestResults: UInt64 = 7
        /// Local checks.
        static let runs: UInt64 = 1 << 48
    }

    /// How long goodbyes may take to leave.
    private static let lingering = Interval.milliseconds(300)
    /// When the code that only the start ran is given back for the first time, and how often after that.
    private static let firstTextRelease = Interval.seconds(5)
    private static let textReleaseInterval = Interval.seconds(15)

    var configuration: AgentConfiguration
    let file: String
    var core: AgentCore
    let host: Host
    let stateFile: StateFile
    let transport: AgentTransport
    let notifier: NotificationThread
    var logger: Logger
    var reactor: Reactor
    var runner: LocalRunner
    private var acceptProber = AcceptProber()
    /// Who waits for the end of a release.
    var releases: [ControlReply] = []
    /// Who waits for the directors to act on a hold, and until when.
    var holdWaits: [(hold: NodeHold, until: MonotonicInstant, reply: ControlReply)] = []
    /// Who waits for the drain of a unit.
    var unitWaits: [String: [ControlReply]] = [:]
    var pending: [AgentEvent] = []
    private var agentCheck: AgentCheckServer?
    var isReady = false
    var isFinished = false
    private let watch: HostWatch
    private let signals: SignalSource
    private var openLinks: Set<LinkIdentifier> = []
    private var lastStatus = ""
    private var nextWatchdog: MonotonicInstant?
    private var nextTextRelease: MonotonicInstant

    init(
        configuration: AgentConfiguration,
        file: String,
        key: IdentityKey,
        signals: consuming SignalSource,
        logger: Logger,
    ) throws {
        let host = try Host()
        let watch = try HostWatch()
        let notifier = try NotificationThread()
        var reactor = try Reactor()
        let transport = try AgentTransport(configuration, key: key)
        try reactor.add(signals.raw, token: Token.signals, interest: .read)
        try reactor.add(transport.events.descriptor, token: Token.links, interest: .read)
        try reactor.add(watch.routeDescriptor, token: Token.routes, interest: .read)
        try reactor.add(watch.listenerDescriptor, token: Token.listeners, interest: .read)
        try reactor.add(transport.requests.descriptor, token: Token.requests, interest: .read)
        let runner = LocalRunner(firstToken: Token.runs, requests: transport.localRequests)
        try reactor.add(runner.requestDescriptor, token: Token.requestResults, interest: .read)
        agentCheck = try Self.makeAgentCheck(configuration, &reactor)
        let identity = AgentIdentity(
            bootIdentifier: try Host.bootIdentifier(),
            name: Host.name(),
            programVersion: Version.number,
            processors: Host.processors,
        )
        self.runner = runner
        core = AgentCore(settings: configuration.settings, identity: identity, at: Clock.now)
        self.notifier = notifier
        self.configuration = configuration
        self.file = file
        self.host = host
        self.watch = watch
        self.signals = signals
        self.transport = transport
        self.reactor = reactor
        self.logger = logger
        stateFile = StateFile(directory: configuration.stateDirectory)
        nextTextRelease = Clock.now + Self.firstTextRelease
    }

    private static func makeAgentCheck(
        _ configuration: AgentConfiguration,
        _ reactor: inout Reactor,
    ) throws -> AgentCheckServer? {
        guard let settings = configuration.settings.agentCheck else { return nil }
        return try AgentCheckServer(settings, token: Token.agentCheck, &reactor)
    }

    /// Runs until the core says that it is finished.
    mutating func run() throws {
        var saved: SavedState?
        do throws(HostError) {
            saved = try stateFile.load()
        } catch {
            // Without it the node starts as a new one: what is marked as ours stays until the directors have spoken.
            logger.error("state file not used", metadata: ["reason": "\(error)"])
        }
        pending.append(.started(saved: saved))
        try settle()
        while !isFinished {
            let ready = try reactor.wait(until: deadline)
            for readiness in ready { try take(readiness) }
            let now = Clock.now
            for (run, outcome) in runner.expire(at: now, &reactor) { pending.append(.ran(run, outcome)) }
            let accepting = core.acceptingServices
            for (service, stall) in acceptProber.work(on: accepting, patience: core.acceptPatience, host, at: now) {
                pending.append(.accepts(service, stall: stall))
            }
            if let due = core.deadline, due <= now { pending.append(.deadlineReached) }
            try settle()
            finishHolds(at: Clock.now)
            completeTurn()
        }
        linger()
    }

    private var deadline: MonotonicInstant? {
        let deadlines = [
            core.deadline, runner.deadline, acceptProber.deadline, nextWatchdog, holdWaits.map(\.until).min(),
        ]
        return deadlines.compactMap(\.self).min()
    }

    /// Lets the core take every event that waits, and does what it says.
    private mutating func settle() throws {
        var index = 0
        while index < pending.count, !isFinished {
            let event = pending[index]
            index += 1
            var effects = core.handle(event, at: Clock.now)[...]
            // All directors hear it before this thread can lose its processor to the one that tells them.
            let messages = effects.prefix { $0.message != nil }.compactMap(\.message)
            if !messages.isEmpty { transport.listener.send(messages) }
            effects = effects.dropFirst(messages.count)
            for effect in effects { try execute(effect) }
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// The watchdog is fed from here alone: a loop that hangs is noticed.
    private mutating func completeTurn() {
        let now = Clock.now
        agentCheck?.collect()
        if let interval = notifier.watchdogInterval, nextWatchdog.map({ $0 <= now }) ?? true {
            notifier.watchdog()
            nextWatchdog = now + interval
        }
        guard isReady else { return }
        if nextTextRelease <= now {
            nextTextRelease = now + Self.textReleaseInterval
            do {
                try ProgramText.release()
            } catch {
                // Refused where memory is locked, which is then as the operator wants it.
                logger.debug("code not given back", metadata: ["reason": "\(error)"])
            }
        }
        let status = core.summary
        guard status != lastStatus else { return }
        lastStatus = status
        notifier.status(status)
    }

    private mutating func take(_ readiness: Readiness) throws {
        switch readiness.token {
        case Token.signals:
            for signal in try signals.read() {
                if signal == SIGHUP { reload() } else { stop() }
            }
        case Token.links:
            for event in transport.events.drain() { take(event) }
        case Token.routes:
            let scope = watch.readRoutes()
            if !scope.isEmpty { pending.append(.hostChanged(scope)) }
        case Token.listeners:
            let scope = watch.readListeners()
            if !scope.isEmpty { pending.append(.hostChanged(scope)) }
        case let token where runner.owns(token):
            if let (run, outcome) = runner.advance(token, &reactor) { pending.append(.ran(run, outcome)) }
        case Token.requestResults:
            for result in runner.takeResults() { pending.append(.ran(result.run, result.outcome)) }
        case Token.agentCheck:
            agentCheck?.answer(core.agentCheckAnswer)
        case Token.requests:
            for message in transport.requests.drain() { answer(message) }
        default:
            preconditionFailure("nothing has token \(readiness.token)")
        }
    }

    private mutating func take(_ event: TransportEvent) {
        switch event {
        case .connected(let link, let fingerprint, let remote):
            openLinks.insert(link)
            pending.append(.linkOpened(connection: link.rawValue, director: fingerprint, remote: remote.address))
        case .bytes(let link, let bytes):
            pending.append(.linkReceived(connection: link.rawValue, bytes: bytes))
        case .closed(let link, let closure):
            openLinks.remove(link)
            pending.append(.linkClosed(connection: link.rawValue, reason: "\(closure)"))
        case .refused(let refusal, let remote):
            logger.warning(
                "connection refused",
                metadata: ["reason": "\(refusal)", "peer.address": "\(remote.map(\.description) ?? "unknown")"],
            )
        }
    }

    private mutating func stop() {
        notifier.stopping(status: "stopping")
        if let end = core.releaseEnd { notifier.extendTimeout(by: max(end - Clock.now, .zero) + .seconds(5)) }
        pending.append(.stopRequested)
    }

    /// Takes the configuration over whole or not at all.
    private mutating func reload() {
        notifier.reloading(at: Clock.now, status: "reloading")
        defer { notifier.ready(status: core.summary) }
        do throws(ConfigurationError) {
            let new = try AgentConfiguration.load(path: file)
            let fixed = Self.fixedDifferences(configuration, new)
            guard fixed.isEmpty else {
                logger.error(
                    "reload refused: needs a restart",
                    metadata: ["changed": "\(fixed.joined(separator: ", "))"]
                )
                return
            }
            configuration = new
            logger.logLevel = Logger.Level(rawValue: new.logLevel.rawValue) ?? .info
            pending.append(.configurationReplaced(new.settings))
        } catch {
            logger.error("reload refused: nothing is changed", metadata: ["reason": "\(error)"])
        }
    }

    /// What differs and cannot be changed while the agent runs.
    private static func fixedDifferences(_ old: AgentConfiguration, _ new: AgentConfiguration) -> [String] {
        [
            ("key_file", old.keyFile == new.keyFile), ("state_directory", old.stateDirectory == new.stateDirectory),
            ("control_socket", old.controlSocket == new.controlSocket),
            ("port", old.settings.port == new.settings.port),
            ("agent_check", old.settings.agentCheck == new.settings.agentCheck),
            ("listen", old.settings.listenAddress == new.settings.listenAddress),
        ].filter { !$0.1 }.map(\.0)
    }

    /// Gives the goodbyes a moment to leave, then ends the transport.
    private mutating func linger() {
        let until = Clock.now + Self.lingering
        while !openLinks.isEmpty, Clock.now < until {
            guard (try? reactor.wait(until: until)) != nil else { break }
            for event in transport.events.drain() { take(event) }
        }
        transport.stop()
    }
}
