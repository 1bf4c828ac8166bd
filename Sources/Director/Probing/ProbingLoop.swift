import Health
import Linux
import Primitives
import Synchronization
import SystemPackage

/// The body of the probing thread.
struct ProbingLoop: ~Copyable {
    private static let commandToken: UInt64 = 0
    private static let pathToken: UInt64 = 1
    /// Runs count from 1, so their tokens begin behind the two fixed ones.
    static let firstRunToken: UInt64 = 3
    private static let resultToken: UInt64 = 2
    /// How many runs over connections there may be at once; the mailbox of results has room for twice as many.
    static let streamLimit = 16_384
    /// How long the own addresses are believed without asking again.
    private static let addressLifetime = Interval.seconds(5)
    /// How long the own link's carrier is believed without asking again; it is asked for only when a probe fails.
    private static let carrierLifetime = Interval.milliseconds(50)
    /// A loop without work turns this often, for the watchdog.
    private static let idleTurn = Interval.seconds(1)

    let thread: ProbingThread
    var reactor: Reactor
    var prober: Prober
    var paths: PathProber
    var demand: ProbeDemand?
    var own: OwnAddresses?
    private var ownCheckedAt = MonotonicInstant(nanoseconds: 0)
    private var hasCarrier = true
    private var carrierCheckedAt = MonotonicInstant(nanoseconds: 0)
    var attempts: [ProbeRun: any ProbeAttempt] = [:]
    /// The commands that wait for their turn.
    var commands = CommandQueue()
    /// What may connect again.
    var sockets = SocketPool()
    /// What is to be done once the connection stands.
    var connecting: [ProbeRun: (kind: ProbeKind, endpoint: Endpoint)] = [:]
    /// The runs that are the event loop's.
    var streaming: Set<ProbeRun> = []
    var streams: StreamProber?
    var generator: SeededGenerator
    private var isStopping = false

    private init(_ thread: ProbingThread, seed: UInt64) throws(Errno) {
        var reactor = try Reactor()
        try reactor.add(thread.commands.descriptor, token: Self.commandToken, interest: .read)
        try reactor.add(thread.results.descriptor, token: Self.resultToken, interest: .read)
        self.thread = thread
        self.reactor = reactor
        prober = Prober(seed: seed)
        paths = PathProber(seed: seed &+ 1)
        generator = SeededGenerator(seed: seed &+ 2)
    }

    /// Runs until it is stopped.
    static func run(_ thread: ProbingThread, seed: UInt64) {
        do throws(Errno) {
            var loop = try ProbingLoop(thread, seed: seed)
            while !loop.isStopping {
                try loop.turn()
                thread.turns.wrappingAdd(1, ordering: .relaxed)
            }
        } catch {
            thread.ending.withLock { $0 = error }
        }
    }

    private mutating func turn() throws(Errno) {
        let idle = Clock.now + Self.idleTurn
        for readiness in try reactor.wait(until: prober.deadline.map { min($0, idle) } ?? idle) {
            switch readiness.token {
            case Self.commandToken: takeCommands()
            case Self.pathToken: readPaths()
            case Self.resultToken: takeResults()
            default: finishAttempt(ProbeRun(rawValue: readiness.token - Self.firstRunToken))
            }
        }
        if let deadline = prober.deadline, deadline <= Clock.now {
            apply(prober.handle(.deadlineReached, at: Clock.now))
        }
        startCommands()
    }

    private mutating func takeCommands() {
        for command in thread.commands.drain() {
            switch command {
            case .demand(let demand):
                self.demand = demand
                own = nil
                // One that a reload took out is probed until others serve in its place.
                paths.watch(
                    demand.owners,
                    realServers: demand.realServers + demand.targets.compactMap(\.check.realServer)
                )
                streams?.forget()
                commands.keep(Set((demand.targets + demand.frameTargets).map(\.check)))
                apply(prober.handle(.demanded(demand), at: Clock.now))
            case .stop:
                streams?.stop()
                isStopping = true
            }
        }
    }

    private mutating func readPaths() {
        for (run, outcome) in paths.receive() {
            apply(prober.handle(.finished(run, outcome), at: Clock.now))
        }
    }

    private mutating func takeResults() {
        for result in thread.results.drain() where streaming.remove(result.run) != nil {
            let now = Clock.now
            apply(
                prober.handle(.finished(result.run, judge(result.outcome, at: now), phases: result.phases), at: now)
            )
        }
    }

    private mutating func finishAttempt(_ run: ProbeRun) {
        // A token may be left over from a run that ended earlier in the same turn.
        guard let attempt = attempts[run] else { return }
        let now = Clock.now
        guard let outcome = attempt.advance(at: now) else { return }
        attempts[run] = nil
        if let next = connecting.removeValue(forKey: run), case .passed = outcome {
            // The connection lives on under another descriptor, which must not wake this loop.
            attempt.descriptors.forEach { forget($0) }
            guard let refusal = hand(run, attempt, next.kind, next.endpoint, at: now) else { return }
            return apply(prober.handle(.finished(run, refusal), at: now))
        }
        // Only where the end was told is nothing left of it that could be told later.
        if case .passed = outcome, let attempt = attempt as? TCPAttempt { sockets.put(attempt.socket) }
        apply(prober.handle(.finished(run, judge(outcome, at: now)), at: now))
    }

    /// A failure that is only the loss of the director's own link says nothing about a real server.
    private mutating func judge(_ outcome: ProbeOutcome, at now: MonotonicInstant) -> ProbeOutcome {
        guard case .failed = outcome, let interface = demand?.interface else { return outcome }
        if now - carrierCheckedAt >= Self.carrierLifetime {
            carrierCheckedAt = now
            hasCarrier = OwnAddresses.hasCarrier(interface)
        }
        return hasCarrier ? outcome : .couldNotRun(evidence: "\(interface) has no carrier")
    }

    /// Executes effects; those of runs that end at once are appended, so nothing recurses.
    mutating func apply(_ effects: [ProberEffect]) {
        var waiting = effects[...]
        while let effect = waiting.popFirst() {
            switch effect {
            case .start(let run, let check, let comparesRealAddress):
                // One whose time was up before its turn came has not run.
                guard let told = prober.start(of: run) else { continue }
                let now = Clock.now
                if now - told > Prober.toleratedDelay { waiting += prober.handle(.delayed(run), at: now) }
                guard let outcome = start(run, check, comparesRealAddress) else { continue }
                waiting += prober.handle(.finished(run, outcome), at: Clock.now)
            case .expire(let run):
                if streaming.contains(run) {
                    streams?.expire(run)
                    continue
                }
                if commands.expire(run) {
                    let outcome = ProbeOutcome.couldNotRun(
                        evidence: "\(CommandAttempt.limit) commands ran all the time"
                    )
                    waiting += prober.handle(.finished(run, outcome), at: Clock.now)
                    continue
                }
                // What has arrived is judged before anything is called silent.
                for (run, outcome) in paths.receive() {
                    waiting += prober.handle(.finished(run, outcome), at: Clock.now)
                }
                let now = Clock.now
                let unasked = connecting.removeValue(forKey: run)
                var outcome = attempts.removeValue(forKey: run)?.expire(at: now) ?? paths.expire(run)
                // A connection is the beginning of such a check: of what was never asked nothing is known.
                if let unasked, case .passed = outcome {
                    outcome = .couldNotRun(evidence: "no time was left to ask \(unasked.endpoint)")
                }
                waiting += prober.handle(.finished(run, judge(outcome, at: now)), at: now)
            case .cancel(let run):
                attempts[run] = nil
                connecting[run] = nil
                commands.cancel(run)
                if streaming.remove(run) != nil { streams?.cancel(run) }
                paths.cancel(run)
            case .report(var report):
                if report.isSummary { report.findings = patrol(at: Clock.now) }
                thread.report(report)
            }
        }
    }

    private mutating func forget(_ descriptor: Int32) {
        do throws(Errno) {
            try reactor.remove(descriptor)
        } catch {
            preconditionFailure("a descriptor that is polled can be taken out: \(error)")
        }
    }

    mutating func currentAddresses(_ demand: ProbeDemand, at now: MonotonicInstant) -> OwnAddresses {
        if let own, own.trouble == nil, !own.prefixes.isEmpty, now - ownCheckedAt < Self.addressLifetime { return own }
        // Where there are none, the kernel is not asked for every probe.
        if let own, now - ownCheckedAt < .milliseconds(200) { return own }
        let fresh = OwnAddresses(interface: demand.interface, besides: demand.virtualAddresses)
        if fresh.prefixes != own?.prefixes { sockets.clear() }
        own = fresh
        ownCheckedAt = now
        return fresh
    }

    func missing(_ own: OwnAddresses) -> String {
        own.trouble ?? "no address of the director's own on \(demand?.interface ?? "the interface")"
    }

    /// Makes sure that the packet sockets are open; says why not.
    mutating func open(_ interface: String, _ source: IPAddress, at now: MonotonicInstant) -> String? {
        guard !paths.isOpen(on: interface, from: source) else { return nil }
        do throws(Errno) {
            for descriptor in try paths.open(on: interface, from: source, at: now) {
                try reactor.add(descriptor, token: Self.pathToken, interest: .read)
            }
            return nil
        } catch {
            paths.close(source.family)
            return "packet socket on \(interface): \(error)"
        }
    }
}
