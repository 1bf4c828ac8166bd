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
    private static let firstRunToken: UInt64 = 2
    /// How long the own addresses are believed without asking again.
    private static let addressLifetime = Interval.seconds(5)
    /// How long the own link's carrier is believed without asking again; it is asked for only when a probe fails.
    private static let carrierLifetime = Interval.milliseconds(50)
    /// A loop without work turns this often, for the watchdog.
    private static let idleTurn = Interval.seconds(1)

    private let thread: ProbingThread
    private var reactor: Reactor
    private var prober: Prober
    private var paths: PathProber
    private var demand: ProbeDemand?
    private var own: OwnAddresses?
    private var ownCheckedAt = MonotonicInstant(nanoseconds: 0)
    private var hasCarrier = true
    private var carrierCheckedAt = MonotonicInstant(nanoseconds: 0)
    private var attempts: [ProbeRun: TCPAttempt] = [:]
    private var isStopping = false

    private init(_ thread: ProbingThread, seed: UInt64) throws(Errno) {
        var reactor = try Reactor()
        try reactor.add(thread.commands.descriptor, token: Self.commandToken, interest: .read)
        self.thread = thread
        self.reactor = reactor
        prober = Prober(seed: seed)
        paths = PathProber(seed: seed &+ 1)
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
            default: finishAttempt(ProbeRun(rawValue: readiness.token - Self.firstRunToken))
            }
        }
        guard let deadline = prober.deadline, deadline <= Clock.now else { return }
        // What has arrived is judged before anything is called silent.
        readPaths()
        apply(prober.handle(.deadlineReached, at: Clock.now))
    }

    private mutating func takeCommands() {
        for command in thread.commands.drain() {
            switch command {
            case .demand(let demand):
                self.demand = demand
                own = nil
                apply(prober.handle(.demanded(demand), at: Clock.now))
            case .stop:
                isStopping = true
            }
        }
    }

    private mutating func readPaths() {
        for (run, outcome) in paths.receive() {
            apply(prober.handle(.finished(run, outcome), at: Clock.now))
        }
    }

    private mutating func finishAttempt(_ run: ProbeRun) {
        // A token may be left over from a run that ended earlier in the same turn.
        guard let attempt = attempts.removeValue(forKey: run) else { return }
        let now = Clock.now
        apply(prober.handle(.finished(run, judge(attempt.outcome(at: now), at: now)), at: now))
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
    private mutating func apply(_ effects: [ProberEffect]) {
        var waiting = effects[...]
        while let effect = waiting.popFirst() {
            switch effect {
            case .start(let run, let check, let comparesRealAddress):
                guard let outcome = start(run, check, comparesRealAddress) else { continue }
                waiting += prober.handle(.finished(run, outcome), at: Clock.now)
            case .expire(let run):
                let now = Clock.now
                let outcome = attempts.removeValue(forKey: run)?.expire(at: now) ?? paths.expire(run)
                waiting += prober.handle(.finished(run, judge(outcome, at: now)), at: now)
            case .cancel(let run):
                attempts[run] = nil
                paths.cancel(run)
            case .report(let report):
                thread.report(report)
            }
        }
    }

    /// Starts a run; gives its outcome if it is over at once.
    private mutating func start(
        _ run: ProbeRun,
        _ check: ProbeCheck,
        _ comparesRealAddress: Bool,
    ) -> ProbeOutcome? {
        let now = Clock.now
        guard let demand else { return .couldNotRun(evidence: "nothing is demanded") }
        let own = currentAddresses(demand, at: now)
        switch check {
        case .tcp(let target):
            guard let source = own.source(for: target.address) else { return .couldNotRun(evidence: missing(own)) }
            return connect(run, to: target, from: source, at: now)
        case .directPath(let virtual, let real):
            guard let source = own.source(for: real.address)?.ipv4 else {
                return .couldNotRun(evidence: missing(own))
            }
            if let trouble = open(demand.interface, source, at: now) { return .couldNotRun(evidence: trouble) }
            return paths.start(run, virtual: virtual, real: real, comparesRealAddress, at: now)
        }
    }

    private mutating func connect(
        _ run: ProbeRun,
        to target: Endpoint,
        from source: IPAddress,
        at now: MonotonicInstant,
    ) -> ProbeOutcome? {
        switch TCPAttempt.start(target, from: source, at: now) {
        case .done(let outcome):
            if case .couldNotRun = outcome { self.own = nil }
            return outcome
        case .pending(let attempt):
            do throws(Errno) {
                let token = run.rawValue + Self.firstRunToken
                try reactor.add(attempt.descriptor.raw, token: token, interest: .write)
            } catch {
                return .couldNotRun(evidence: "epoll: \(error)")
            }
            attempts[run] = attempt
            return nil
        }
    }

    private mutating func currentAddresses(_ demand: ProbeDemand, at now: MonotonicInstant) -> OwnAddresses {
        if let own, own.trouble == nil, !own.prefixes.isEmpty, now - ownCheckedAt < Self.addressLifetime { return own }
        // Where there are none, the kernel is not asked for every probe.
        if let own, now - ownCheckedAt < .milliseconds(200) { return own }
        let fresh = OwnAddresses(interface: demand.interface, besides: demand.virtualAddresses)
        own = fresh
        ownCheckedAt = now
        return fresh
    }

    private func missing(_ own: OwnAddresses) -> String {
        own.trouble ?? "no address of the director's own on \(demand?.interface ?? "the interface")"
    }

    /// Makes sure that the packet sockets are open; says why not.
    private mutating func open(_ interface: String, _ source: IPv4Address, at now: MonotonicInstant) -> String? {
        guard !paths.isOpen(on: interface, from: source) else { return nil }
        do throws(Errno) {
            for descriptor in try paths.open(on: interface, from: source, at: now) {
                try reactor.add(descriptor, token: Self.pathToken, interest: .read)
            }
            return nil
        } catch {
            paths.close()
            return "packet socket on \(interface): \(error)"
        }
    }
}
