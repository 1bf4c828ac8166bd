internal import DirectorCore
internal import Linux
internal import Primitives
internal import Synchronization
internal import SystemPackage
internal import VRRP

/// The election thread's loop: it turns kernel happenings into events, and executes effects in order.
struct ElectionLoop: ~Copyable {
    /// How long the loop waits at most: the watchdog wants to see turns, and refused sockets are tried again.
    private static let longestWait: Interval = .milliseconds(500)
    /// How long it waits at most for the proof that its sockets receive.
    private static let proofWait: Interval = .milliseconds(20)
    /// How often the wall clock is read for stamps.
    private static let clockInterval: Interval = .seconds(1)

    private static let commandsToken: UInt64 = 1
    private static let reportsToken: UInt64 = 2
    private static let socketsToken: UInt64 = 3

    private let thread: ElectionThread
    private var reactor: Reactor
    private var core = ElectionCore()
    private var settings: ElectionSettings {
        didSet { authenticator = Authenticator(settings) }
    }
    private var authenticator: Authenticator
    /// That of the settings before, while a reload is worked off.
    private var formerAuthenticator: Authenticator?
    private var clockReadAt: MonotonicInstant?
    private var sockets: [String: InterfaceSockets] = [:]
    private var lastReport: AddressReport?
    /// Its interfaces with what became of their sockets, once nothing is left to be tried.
    private var settledInterfaces: [AddressReport.Interface]?
    private var hasRefusedSockets = false
    private var awaitsProof = false
    private var latencies = LatencyHistogram()
    private var isDone = false

    private init(_ thread: ElectionThread, _ settings: ElectionSettings) throws(Errno) {
        var opened = try Reactor()
        try opened.add(thread.commands.descriptor, token: Self.commandsToken, interest: .read)
        try opened.add(thread.reports.descriptor, token: Self.reportsToken, interest: .read)
        reactor = opened
        self.thread = thread
        self.settings = settings
        authenticator = Authenticator(settings)
    }

    /// The body of the thread.
    static func run(_ thread: ElectionThread, _ settings: ElectionSettings, defersPreemption: Bool) {
        do throws(Errno) {
            var loop = try ElectionLoop(thread, settings)
            loop.handle(.preemptionDeferred(defersPreemption), at: Clock.now)
            loop.readClock(at: Clock.now)
            loop.handle(.started(settings), at: Clock.now)
            while !loop.isDone {
                try loop.turn()
                thread.turns.add(1, ordering: .relaxed)
            }
        } catch {
            thread.condition.withLock { $0.ended = error }
            thread.outlets.stopped()
        }
    }

    /// One turn: sleep, read everything to its end, and only then judge deadlines, by the time before the reading.
    private mutating func turn() throws(Errno) {
        let idle = Clock.now + (awaitsProof ? Self.proofWait : Self.longestWait)
        let wanted = core.deadline
        _ = try reactor.wait(until: wanted.map { min($0, idle) } ?? idle)
        let now = Clock.now
        if let wanted, wanted <= now { noteLatency(now - wanted) }
        var events: [ElectionEvent] = []
        for name in sockets.keys.sorted() {
            _ = sockets[name]?.drain { event in
                if case .packetReceived(let packet) = event {
                    events.append(.packetReceived(authenticator.judged(packet)))
                } else {
                    events.append(event)
                }
            }
        }
        // What was ordered before a packet came is known before it is judged: a successor answers an offer within
        // microseconds, and whoever made it would take that for a router of higher priority and just let go.
        for command in thread.commands.drain() { take(command, at: now) }
        for event in events { handle(event, at: now) }
        readClock(at: now)
        for report in thread.reports.drain() { take(report, at: now) }
        if hasRefusedSockets || awaitsProof, let lastReport { take(lastReport, at: now) }
        if let deadline = core.deadline, deadline <= now { handle(.deadlineReached, at: now) }
    }

    /// Keeps how late a wake-up was; whoever reads the health meanwhile makes nobody wait.
    private mutating func noteLatency(_ latency: Interval) {
        latencies.record(latency)
        thread.condition.withLockIfAvailable { $0.latencies = latencies }
    }

    /// Reads the wall clock where advertisements are stamped by it.
    private mutating func readClock(at now: MonotonicInstant) {
        guard authenticator.isNeeded, clockReadAt.map({ now - $0 >= Self.clockInterval }) ?? true else { return }
        clockReadAt = now
        handle(.clockRead(realTimeNanoseconds: Clock.realTimeNanoseconds), at: now)
    }

    private mutating func take(_ command: ElectionCommand, at now: MonotonicInstant) {
        switch command {
        case .replace(let settings):
            // What a router that is no more says last is signed with what it had.
            formerAuthenticator = authenticator
            if settings.firstProblem() == nil { self.settings = settings }
            settledInterfaces = nil
            readClock(at: now)
            handle(.configurationReplaced(settings), at: now)
            formerAuthenticator = nil
            if let lastReport { take(lastReport, at: now) }
        case .allowPreemption:
            handle(.preemptionDeferred(false), at: now)
        case .deferPreemption(let isDeferred): handle(.preemptionDeferred(isDeferred), at: now)
        case .handOver(let routers, let until): handle(.handOver(routers: routers, until: until), at: now)
        case .takeOver(let routers, let until): handle(.takeOver(routers: routers, until: until), at: now)
        case .letGo(let routers): handle(.letGo(routers: routers), at: now)
        case .concludeTakeOver(let routers, let until):
            handle(.concludeTakeOver(routers: routers, until: until), at: now)
        case .cancelHandOver(let routers): handle(.cancelHandOver(routers: routers), at: now)
        case .peerReported(let active, let superior):
            handle(.peerReported(active: active, superior: superior), at: now)
        case .suspend(let until): handle(.suspend(until: until), at: now)
        case .track(let source, let failures):
            handle(.trackReported(source, failures), at: now)
        case .stop:
            handle(.stopRequested, at: now)
        }
    }

    /// Tells the core what the kernel has, and what it may use of it.
    private mutating func take(_ report: AddressReport, at now: MonotonicInstant) {
        // Where the interfaces are as they were, so are the sockets: an address that has come is announced at once.
        let interfaces = lastReport?.interfaces == report.interfaces ? settledInterfaces : nil
        lastReport = report
        var report = report
        report.interfaces = interfaces ?? openSockets(report.interfaces, at: now)
        handle(.addressesReported(report), at: now)
    }

    /// Opens and closes sockets as the interfaces are, and gives these with the families that are heard on them.
    private mutating func openSockets(
        _ found: [AddressReport.Interface],
        at now: MonotonicInstant,
    ) -> [AddressReport.Interface] {
        var interfaces = found
        var refused: [String: Errno] = [:]
        var deaf: [String] = []
        awaitsProof = false
        for index in interfaces.indices {
            let interface = interfaces[index]
            do throws(Errno) {
                try open(interface)
            } catch {
                // What was open goes on: the routers of before need not leave because one more finds no room.
                refused[interface.name] = error
            }
            guard let sockets = sockets[interface.name], sockets.identity.index == interface.index else {
                if refused[interface.name] != nil { interfaces[index].hearing = [] }
                continue
            }
            guard interface.isUp, interface.hasCarrier else { continue }
            // No claim before the sockets are known to receive.
            let hearing = sockets.prove(interface, at: now)
            interfaces[index].hearing = hearing
            interfaces[index].proving = Set(sockets.identity.families).subtracting(hearing)
            if hearing.count < sockets.identity.families.count {
                awaitsProof = true
            } else if !sockets.isProved, interface.hasAddress(of: sockets.identity.families) {
                deaf.append(interface.name)
            }
        }
        let present = Set(interfaces.map(\.name))
        for name in sockets.keys.sorted() where !present.contains(name) { close(name) }
        hasRefusedSockets = !refused.isEmpty
        thread.condition.withLock { condition in
            condition.socketFailures = refused
            condition.deafInterfaces = deaf
        }
        settledInterfaces = refused.isEmpty && !awaitsProof && deaf.isEmpty ? interfaces : nil
        return interfaces
    }

    private mutating func open(_ interface: AddressReport.Interface) throws(Errno) {
        let routers = settings.routers.filter { $0.interface == interface.name }
        let identity = InterfaceSockets.Identity(
            name: interface.name,
            index: interface.index,
            families: Set(routers.map(\.family)).sorted(),
            addresses: routers.flatMap { $0.addresses.map(\.address) }.sorted()
        )
        let former = sockets[interface.name]
        guard former?.identity != identity else { return }
        guard !routers.isEmpty else { return close(interface.name) }
        let opened = try InterfaceSockets(identity, keeping: former)
        for descriptor in opened.descriptors where former?.descriptors.contains(descriptor) != true {
            try reactor.add(descriptor, token: Self.socketsToken, interest: .read)
        }
        sockets[interface.name] = opened
    }

    /// Closing takes the descriptors out of the reactor.
    private mutating func close(_ name: String) {
        sockets[name] = nil
    }

    private mutating func handle(_ event: ElectionEvent, at now: MonotonicInstant) {
        execute(core.act(on: event, at: now))
        execute(core.reports(at: now))
    }

    private mutating func execute(_ effects: [ElectionEffect]) {
        for effect in effects {
            switch effect {
            case .sendAdvertisement(let interface, let source, let destination, let message, let trailer, let mac):
                // The last look before anything leaves: a process that was stopped since `now` demotes first, in the
                // next turn.
                guard !core.isLate(at: Clock.now) else {
                    thread.condition.withLock { $0.heldBack += 1 }
                    continue
                }
                var payload = message
                if let trailer {
                    let signed =
                        authenticator.sign(message, trailer, on: interface, from: source)
                        ?? formerAuthenticator?.sign(message, trailer, on: interface, from: source)
                    // Without its signature it would be taken for somebody else's.
                    guard let signed else { continue }
                    payload = signed
                }
                send(on: interface) { sockets throws(Errno) in
                    guard let mac else { return try sockets.send(payload, from: source, to: destination) }
                    try sockets.send(frame: AdvertisementFrame.frame(payload, from: source, to: destination, at: mac))
                }
            case .sendFrame(let interface, let frame):
                guard !core.isLate(at: Clock.now) else { continue }
                send(on: interface) { sockets throws(Errno) in try sockets.send(frame: frame) }
            case .demandAddresses(let demand): thread.outlets.demand(demand)
            case .publish(let report): thread.outlets.publish(report)
            case .stopped, .suspended:
                isDone = true
                thread.outlets.stopped()
            }
        }
    }

    private func send(on interface: String, _ body: (InterfaceSockets) throws(Errno) -> Void) {
        guard let sockets = sockets[interface] else { return }
        do throws(Errno) {
            try body(sockets)
        } catch {
            thread.condition.withLock { condition in
                condition.sendFailures += 1
                condition.lastSendFailure = error
            }
        }
    }
}

extension AddressReport.Interface {
    /// Whether advertisements of every family could be sent from it.
    fileprivate func hasAddress(of families: [AddressFamily]) -> Bool {
        families.allSatisfy { family in
            switch family {
            case .ipv4: primaryIPv4 != nil
            case .ipv6: linkLocal != nil
            }
        }
    }
}
