import Glibc
import Primitives

/// Two Tandem directors in one election, lb1 of the higher priority.
struct Duel {
    static let setup = RouterSetup()
    /// What waking up, netlink and a busy machine may add to a timer of the protocol.
    static let allowance = Interval.milliseconds(150)
    let segment: Segment
    let routers: [Router]

    /// Starts both and waits until lb1 leads.
    init(_ segment: Segment, keys: Bool = false, peerLink: Bool = false, virtualMAC: Bool = false) throws {
        self.segment = segment
        var setup = Duel.setup
        setup.usesVirtualMAC = virtualMAC
        let hosts = segment.hosts
        routers = [(0, 150), (1, 100)].map { index, priority in
            let (host, peer) = (hosts[index], hosts[1 - index])
            return Router(.tandem, on: host, peer: peer, setup, priority: priority, segment.programs)
        }
        for router in routers where keys {
            try Duel.writeKey(router.host, "5dYNVhV2RStEhBNrSbV+CoZF0eWyZ7zGRrTJbIvVqLM=")
            let file = "\(router.host.directory)/vrrp.key"
            router.extra = ["    hmac: {mode: enforce, send_key: 1, keys: [{id: 1, file: \(file)}]}"]
        }
        if peerLink { try Router.link(routers, segment.programs) }
        let began = now()
        for router in routers { try router.start() }
        guard leads(routers[0], since: began) != nil else {
            throw LabError("lb1 does not lead:\n\(routers[0].processes.first?.lastLines() ?? "")")
        }
        try routers[1].awaitBackup(.seconds(5))
        guard peerLink else { return }
        for router in routers {
            guard wait(.seconds(5), every: .milliseconds(50), until: { isLinked(router) }) else {
                throw LabError("\(router.host.name) has no peer link: \(status(router))")
            }
        }
    }

    /// Whether a director hears the other one on their link.
    func isLinked(_ router: Router) -> Bool { status(router).contains(": connected for") }

    /// Ends both.
    func end() {
        try? segment.fabric.heal()
        for router in routers {
            router.host.killAll()
            try? router.powerOn(segment.fabric)
        }
    }

    /// Writes the key of a director's advertisements.
    static func writeKey(_ host: Host, _ key: String) throws {
        try File.write("\(host.directory)/vrrp.key", key + "\n", mode: 0o600)
    }

    /// Waits until a director alone advertises; gives its first advertisement since an instant.
    func leads(_ router: Router, since: MonotonicInstant) -> CapturedFrame? {
        segment.leader(router.host, since: since, Duel.setup, limit: .seconds(10))
    }

    /// Whether a director bears the virtual address.
    func holds(_ router: Router) throws -> Bool {
        try router.host.has(Duel.setup.address, on: "eth0")
    }

    /// What a director's status says.
    func status(_ router: Router) -> String {
        let command = [segment.programs.director, "status", "--socket", "\(router.host.directory)/control.sock"]
        let answer = try? router.host.namespace.perform { try Command.output(command) }
        return answer?.text.lowercased() ?? "no answer"
    }

    /// Waits until both hold the address, and says whether they did.
    func awaitTwoOwners(_ outcome: inout Outcome) throws {
        let isSplit = try wait(.seconds(3)) { try holds(routers[0]) && holds(routers[1]) }
        outcome.check("both hold the address while they cannot hear each other", isSplit)
    }

    /// What has to follow once both hear each other again.
    func heals(_ outcome: inout Outcome, since healed: MonotonicInstant) throws {
        let setup = Duel.setup
        let released = try wait(.seconds(5)) { () -> Interval? in
            try holds(routers[1]) ? nil : now() - healed
        }
        let bound = setup.interval + Duel.allowance
        outcome.time("one owner after the healing", released, .eachAtMost(bound.inMilliseconds))
        let announcement = wait(.seconds(5)) {
            segment.frames.first(since: healed) { $0.from == "lb1" && $0.announces(setup.address) }
        }
        outcome.time("lb1 announces again", announcement.map { $0.at - healed }, .eachAtMost(1_000))
        outcome.check("lb1 leads", leads(routers[0], since: healed) != nil)
        outcome.check("lb1 holds the address", try holds(routers[0]))
    }
}
