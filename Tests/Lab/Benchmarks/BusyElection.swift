import Glibc
import Primitives
import Synchronization

/// An election on a machine whose processors are all busy.
struct BusyElection {
    private let segment: Segment
    private let contender: Contender
    private let routers: [Router]

    init(_ segment: Segment, _ contender: Contender, _ routers: [Router]) {
        (self.segment, self.contender, self.routers) = (segment, contender, routers)
    }

    /// Takeovers that no stall of the machine explains, and how long the stalls were.
    func run(seconds: Int) throws -> (takeovers: Int, stalls: [Interval]) {
        let began = now()
        let end = began + .seconds(Int64(seconds))
        let witness = try StallWitness(atLeast: contender.setup.activeDownInterval(contender.priorities.1))
        defer { witness.stop() }
        let count = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) * 2
        let hogs = try (0..<count).map {
            try segment.client.start("hog\($0)", ["sh", "-c", "while :; do :; done"])
        }
        defer { for hog in hogs { hog.killGroup() } }
        var reload = began + .seconds(5)
        while now() < end {
            nap(max(min(reload, end) - now(), .zero))
            for router in routers { try router.reload(priority: router.priority) }
            reload = reload + .seconds(5)
        }
        let stalls = witness.stalls
        let down = contender.setup.activeDownInterval(contender.priorities.1)
        var takeovers = 0
        var last = "lb1"
        for frame in segment.frames.all(where: { $0.at >= began && $0.at < end && ($0.priority ?? 0) > 0 }) {
            defer { last = frame.from }
            guard frame.from == "lb2", last == "lb1" else { continue }
            // A stall delays both who sends and who listens; what follows at once is its consequence.
            let isExplained = stalls.contains { frame.at >= $0.from && frame.at <= $0.to + down }
            if !isExplained { takeovers += 1 }
        }
        return (takeovers, stalls.map { $0.to - $0.from })
    }
}
