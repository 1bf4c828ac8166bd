import Glibc
import Primitives

/// One of the pairs that elect side by side while the processors are busy, on a LAN of its own.
final class BusyPair {
    /// What was counted in the period.
    struct Result {
        /// Of both routers.
        var advertisements = 0
        /// Those that no stall of a processor explains, and those that one does.
        var takeovers = 0
        var explained = 0
        var stalls: [Interval] = []

        static func + (one: Result, other: Result) -> Result {
            Result(
                advertisements: one.advertisements + other.advertisements,
                takeovers: one.takeovers + other.takeovers,
                explained: one.explained + other.explained,
                stalls: one.stalls + other.stalls
            )
        }
    }

    private let pair: ElectionPair
    private var tally: ElectionTally?
    private var electors: [pid_t] = []

    var contender: Contender { pair.contender }
    /// The client of its LAN.
    var client: Host { pair.segment.client }
    /// How long its Backup Router waits for an advertisement.
    var activeDownInterval: Interval { contender.setup.activeDownInterval(contender.priorities.1) }
    private var frames: FrameWitness { pair.segment.frames }

    init(_ contender: Contender, _ programs: Programs) throws {
        let label = "\(contender.implementation)-\(contender.setup.interval)"
        pair = ElectionPair(try Segment(programs, label: label), contender)
    }

    /// Starts both routers, and waits until the first leads and the second is there too.
    func start() throws {
        try pair.start()
        electors = try pair.routers.map { router in
            try wait(.seconds(10), until: { try? router.elector() }) ?? router.elector()
        }
    }

    /// From now on `look` counts what happens in a period.
    func begin(_ period: Range<MonotonicInstant>) {
        let hosts = (pair.routers[0].host.name, pair.routers[1].host.name)
        tally = ElectionTally(period, hosts, activeDownInterval: activeDownInterval)
    }

    /// Counts the frames since the last look; fails when a process has ended or the capture has.
    func look() throws {
        tally?.count(frames.take())
        if let problem = frames.problem { throw LabError("\(contender): packet capture: \(problem)") }
        guard try pair.routers.map({ try $0.elector() }) == electors else {
            let logs = pair.routers.compactMap { $0.processes.last?.lastLines(5) }
            throw LabError("\(contender): a process was replaced: \(logs.joined(separator: "\n"))")
        }
    }

    /// Both read the same configuration anew.
    func reload() throws {
        for router in pair.routers { try router.reload(priority: router.priority) }
    }

    /// Waits until the first leads, as at the beginning.
    func settle() throws {
        try pair.settle(since: now())
    }

    /// Says what was wrong between two instants; nothing when the first host alone advertised, at its interval.
    func unsteadiness(from: MonotonicInstant, to: MonotonicInstant) -> String? {
        let seen = frames.all { $0.at >= from && $0.at < to && $0.isAdvertisement }
        let own = seen.count { $0.from == pair.routers[0].host.name }
        let due = Double((to - from).nanoseconds) / Double(contender.setup.interval.nanoseconds)
        guard own == seen.count, Double(own) >= due * 0.8, Double(own) <= due * 1.2 else {
            let both = "lb1 advertised \(own) times in \(to - from), lb2 \(seen.count - own) times"
            return "\(contender): \(both), after the load"
        }
        return nil
    }

    /// Fails unless the second takes over when the first loses power: one that cannot would have taken nothing over.
    func judgeStandby() throws {
        let (first, second) = (pair.routers[0], pair.routers[1])
        let instant = try first.powerOff(pair.segment.fabric)
        let takeover = wait(.seconds(5)) {
            frames.first(since: instant) { $0.from == second.host.name && ($0.priority ?? 0) > 0 }
        }
        guard takeover != nil else { throw LabError("\(contender): lb2 takes nothing over, after the load") }
    }

    /// What was counted, with the stalls that were long enough for a takeover.
    func result(_ all: [(from: MonotonicInstant, to: MonotonicInstant)]) -> Result {
        let down = activeDownInterval
        let stalls = all.filter { $0.to - $0.from >= down }
        // A stall delays both who sends and who listens; what follows at once is its consequence.
        let takeovers = tally?.takeovers ?? []
        let explained = takeovers.count { instant in
            stalls.contains { instant >= $0.from && instant <= $0.to + down }
        }
        return Result(
            advertisements: tally?.advertisements ?? 0,
            takeovers: takeovers.count - explained,
            explained: explained,
            stalls: stalls.map { $0.to - $0.from }
        )
    }

    /// Ends everything and takes the LAN away.
    func tearDown() {
        pair.segment.tearDown()
        pair.segment.fabric.remove()
    }
}
