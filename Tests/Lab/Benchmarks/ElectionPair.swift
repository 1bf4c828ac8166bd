import Glibc
import Primitives

/// Two routers of a contender on a LAN, of which the first is to lead.
final class ElectionPair {
    let segment: Segment
    let contender: Contender
    let routers: [Router]

    init(_ segment: Segment, _ contender: Contender) {
        let (first, second) = (segment.hosts[0], segment.hosts[1])
        (self.segment, self.contender) = (segment, contender)
        routers = [
            Router(
                contender.implementation,
                on: first,
                peer: second,
                contender.setup,
                priority: contender.priorities.0,
                segment.programs
            ),
            Router(
                contender.implementation,
                on: second,
                peer: first,
                contender.setup,
                priority: contender.priorities.1,
                segment.programs
            ),
        ]
    }

    /// Starts both, Tandem's with their peer link, and waits until the first leads.
    func start() throws {
        if contender.implementation == .tandem { try Router.link(routers, segment.programs) }
        for router in routers { try router.start() }
        try settle(since: now())
    }

    /// Waits until the first leads.
    func settle(since: MonotonicInstant) throws {
        let limit = Interval.seconds(15) + contender.setup.interval * 8
        guard segment.leader(routers[0].host, since: since, contender.setup, limit: limit) != nil else {
            throw LabError("\(contender): lb1 does not lead: \(routers[0].processes.first?.lastLines(5) ?? "")")
        }
    }

    /// Kills both, and leaves the hosts as at boot.
    func end() {
        for router in routers {
            router.host.killAll()
            try? router.powerOn(segment.fabric)
        }
    }
}
