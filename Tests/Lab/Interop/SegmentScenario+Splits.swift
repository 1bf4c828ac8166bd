import Glibc
import Primitives

extension SegmentScenario {
    /// lb2 hears nothing of lb1, which hears lb2.
    static let splitOneWay = SegmentScenario(
        name: "split-one-way",
        summary: "advertisements of the active director do not reach the standby, those of the standby arrive",
    ) { segment, outcome in
        let duel = try Duel(segment)
        defer { duel.end() }
        try segment.fabric.drop([.advertisements(segment.hosts[0], segment.hosts[1])])
        try duel.awaitTwoOwners(&outcome)
        let named = wait(.seconds(2), every: .milliseconds(50)) { names(duel.status(duel.routers[0])) }
        outcome.check("lb1's status names the split", named, duel.status(duel.routers[0]))
        let healed = now()
        try segment.fabric.heal()
        try duel.heals(&outcome, since: healed)
    }

    /// Neither hears the other.
    static let splitCut = SegmentScenario(
        name: "split-cut",
        summary: "the directors cannot reach each other for a while, everybody else reaches both",
    ) { segment, outcome in
        let duel = try Duel(segment)
        defer { duel.end() }
        try segment.fabric.partition(segment.hosts[0], segment.hosts[1])
        try duel.awaitTwoOwners(&outcome)
        let healed = now()
        try segment.fabric.heal()
        try duel.heals(&outcome, since: healed)
    }

    /// The active director's process stands still and comes back.
    static let splitFrozen = SegmentScenario(
        name: "split-frozen",
        summary: "the active director is frozen (SIGSTOP) until the other has taken over, then goes on (SIGCONT)",
    ) { segment, outcome in
        let duel = try Duel(segment)
        defer { duel.end() }
        let setup = Duel.setup
        guard let process = duel.routers[0].processes.last else { throw LabError("no process on lb1") }
        let frozen = now()
        process.signal(SIGSTOP)
        let first = wait(.seconds(3)) {
            segment.frames.first(since: frozen) { $0.from == "lb2" && ($0.priority ?? 0) > 0 }
        }
        let last = segment.frames.last(before: first?.at ?? now()) { $0.from == "lb1" && $0.isAdvertisement }
        let bound = setup.activeDownInterval(100) + Duel.allowance
        outcome.time("takeover", first.flatMap { at in last.map { at.at - $0.at } }, .eachAtMost(bound.inMilliseconds))
        nap(.seconds(1))
        let thawed = now()
        process.signal(SIGCONT)
        let released = try wait(.seconds(2)) { try duel.holds(duel.routers[0]) ? nil : now() - thawed }
        outcome.time("the thawed director lets the address go", released, .eachAtMost(250))
        // It may preempt by its own timer later; before that it has to have heard that it is Backup.
        let own = wait(.seconds(5)) {
            segment.frames.first(since: thawed) { $0.from == "lb1" && ($0.priority ?? 0) > 0 }
        }
        let silence = own.map { $0.at - thawed } ?? .seconds(5)
        outcome.check("it demotes before it sends anything", silence >= setup.interval * 2, "sends after \(silence)")
        outcome.check("lb1 leads again", duel.leads(duel.routers[0], since: thawed) != nil)
    }

    /// The keys of the advertisements differ.
    static let splitKeys = SegmentScenario(
        name: "split-keys",
        summary: "the directors sign their advertisements with different keys, then with the same again",
    ) { segment, outcome in
        let duel = try Duel(segment, keys: true)
        defer { duel.end() }
        let second = duel.routers[1]
        try Duel.writeKey(second.host, "AAAAVhV2RStEhBNrSbV+CoZF0eWyZ7zGRrTJbIvVqLM=")
        try second.reload(priority: second.priority)
        try duel.awaitTwoOwners(&outcome)
        for router in duel.routers {
            let named = wait(.seconds(2), every: .milliseconds(50)) { duel.status(router).contains("unverified") }
            outcome.check("\(router.host.name)'s status names the cause", named, duel.status(router))
        }
        try Duel.writeKey(second.host, "5dYNVhV2RStEhBNrSbV+CoZF0eWyZ7zGRrTJbIvVqLM=")
        let healed = now()
        try second.reload(priority: second.priority)
        try duel.heals(&outcome, since: healed)
    }

    /// A machine without the key claims and disclaims the virtual address.
    static let forgedAdvertisements = SegmentScenario(
        name: "forged-advertisements",
        summary: "a third machine sends advertisements of priority 255 and 0, with and without keys on the directors",
    ) { segment, outcome in
        guard let address = Duel.setup.address.ipv4 else { throw LabError("the forger speaks IPv4") }
        let forger = Forger(host: segment.client, address: address)
        let open = try Duel(segment)
        try forger.send(100, priority: 255, as: segment.client.address)
        outcome.check("without keys it takes the address from lb1", try !open.holds(open.routers[0]))
        open.end()
        let duel = try Duel(segment, keys: true)
        defer { duel.end() }
        let began = now()
        try forger.send(100, priority: 255, as: segment.client.address)
        for host in segment.hosts {
            try forger.send(50, priority: 255, as: host.address)
            try forger.send(50, priority: 0, as: host.address)
        }
        outcome.check("with keys lb1 keeps it", try duel.holds(duel.routers[0]))
        let moved = segment.frames.first(since: began) {
            $0.from == "lb2" && ($0.announces(Duel.setup.address) || ($0.priority ?? 0) > 0)
        }
        outcome.check("lb2 neither advertises nor announces", moved == nil)
        let silent = segment.frames.first(since: began) { $0.from == "lb1" && $0.priority == 0 }
        outcome.check("lb1 does not resign", silent == nil)
        for router in duel.routers {
            let named = duel.status(router).contains("unverified")
            outcome.check("\(router.host.name)'s status names it", named, duel.status(router))
        }
        outcome.check("lb1 leads", duel.leads(duel.routers[0], since: now()) != nil)
    }

    /// The advertisements are filtered in both directions, and the directors still talk on their link.
    static let splitMulticast = SegmentScenario(
        name: "split-multicast",
        summary: "the switch loses the advertisements in both directions, the directors' link lives",
    ) { segment, outcome in
        let duel = try Duel(segment, peerLink: true)
        defer { duel.end() }
        let hosts = segment.hosts
        let cut = now()
        try segment.fabric.drop([.advertisements(hosts[0], hosts[1]), .advertisements(hosts[1], hosts[0])])
        try duel.awaitTwoOwners(&outcome)
        for router in duel.routers {
            let named = wait(.seconds(3), every: .milliseconds(50)) {
                duel.status(router).contains("by the peer link")
            }
            outcome.check("\(router.host.name)'s status names the split by the link", named, duel.status(router))
        }
        let again = segment.frames.first(since: cut) { $0.from == "lb1" && $0.announces(Duel.setup.address) }
        outcome.time("lb1 announces, having heard of it", again.map { $0.at - cut }, .eachAtMost(2_000))
        let healed = now()
        try segment.fabric.heal()
        try duel.heals(&outcome, since: healed)
    }

    /// The directors' link is cut, and the advertisements pass.
    static let splitLink = SegmentScenario(
        name: "split-link",
        summary: "the directors' link is cut while the advertisements pass: nothing moves, and both say so",
    ) { segment, outcome in
        let duel = try Duel(segment, peerLink: true)
        defer { duel.end() }
        let hosts = segment.hosts
        let cut = now()
        try segment.fabric.drop(
            Loss.stream(hosts[0], hosts[1], port: 9406) + Loss.stream(hosts[1], hosts[0], port: 9406)
        )
        for router in duel.routers {
            let named = wait(.seconds(5), every: .milliseconds(50)) { !duel.isLinked(router) }
            outcome.check("\(router.host.name)'s status says that the link is silent", named, duel.status(router))
        }
        nap(.seconds(2))
        let moved = segment.frames.first(since: cut) {
            $0.from == "lb2" && ($0.announces(Duel.setup.address) || ($0.priority ?? 0) > 0)
        }
        outcome.check("lb2 neither advertises nor announces", moved == nil)
        outcome.check("lb1 holds the address", try duel.holds(duel.routers[0]))
        let healed = now()
        try segment.fabric.heal()
        let linked = wait(.seconds(10), every: .milliseconds(20)) { () -> Interval? in
            duel.routers.allSatisfy(duel.isLinked) ? now() - healed : nil
        }
        outcome.time("the link is back", linked, .eachAtMost(5_000))
    }

    private static func names(_ status: String) -> Bool {
        ["owner", "split", "two active"].contains { status.contains($0) }
    }
}
