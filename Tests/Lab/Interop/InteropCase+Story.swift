import Glibc
import Primitives

extension InteropCase {
    // What waking up, netlink and a busy machine may add to a timer of the protocol.
    private static let allowance = Interval.milliseconds(150)
    // How long starting may take, with the timers that a start waits for.
    private func patience(_ setup: RouterSetup) -> Interval { .seconds(10) + setup.interval * 8 }

    /// Plays the case: Tandem as active, then as backup.
    func play(_ segment: Segment, _ outcome: inout Outcome) throws {
        let (ourHost, theirHost) = (segment.hosts[0], segment.hosts[1])
        let ours = Router(.tandem, on: ourHost, peer: theirHost, setup, priority: 150, segment.programs)
        let theirs = Router(peer, on: theirHost, peer: ourHost, setup, priority: 100, segment.programs)
        let file = "/run/tandem-lab/\(name).pcap"
        try segment.beginCapture(file)
        defer {
            segment.endCapture()
            for host in segment.hosts { host.killAll() }
            for router in [ours, theirs] { try? router.powerOn(segment.fabric) }
        }
        var began = now()
        try theirs.start()
        try ours.start()
        try expect(segment, &outcome, "election: Tandem, of the higher priority, leads", ours, since: began)

        // As active: resignation, preemption by our return, failover, failback.
        began = try ours.stop()
        try resigned(segment, &outcome, "resignation of Tandem", from: ours, to: theirs, since: began)
        began = now()
        try ours.start()
        try expect(segment, &outcome, "Tandem preempts on its return", ours, since: began)
        began = try ours.powerOff(segment.fabric)
        try failedOver(segment, &outcome, "failover from Tandem", from: ours, to: theirs, since: began)
        try ours.powerOn(segment.fabric)
        began = now()
        try ours.start()
        try expect(segment, &outcome, "failback to Tandem", ours, since: began)

        // As backup: obeying, the peer's resignation, its preemption, failover, failback.
        try ours.stop()
        ours.priority = 50
        began = now()
        try expect(segment, &outcome, "the peer leads while Tandem is stopped", theirs, since: began)
        try ours.start()
        try ours.awaitBackup(patience(setup))
        began = try theirs.stop()
        try resigned(segment, &outcome, "resignation of the peer", from: theirs, to: ours, since: began)
        began = now()
        try theirs.start()
        try expect(segment, &outcome, "the peer preempts on its return", theirs, since: began)
        outcome.check("Tandem let the address go", try wait(.seconds(1)) { try !holds(ours) })
        began = try theirs.powerOff(segment.fabric)
        try failedOver(segment, &outcome, "failover to Tandem", from: theirs, to: ours, since: began)
        try theirs.powerOn(segment.fabric)
        began = now()
        try theirs.start()
        try expect(segment, &outcome, "failback to the peer", theirs, since: began)

        segment.endCapture()
        try judge(file, ours, &outcome)
    }

    // MARK: Steps

    private func holds(_ router: Router) throws -> Bool {
        try router.host.has(setup.address, on: try router.addressLink())
    }

    private func expect(
        _ segment: Segment,
        _ outcome: inout Outcome,
        _ what: String,
        _ leader: Router,
        since: MonotonicInstant,
    ) throws {
        let first = segment.leader(leader.host, since: since, setup, limit: patience(setup))
        outcome.time(what, first.map { $0.at - since })
        guard first != nil else { throw LabError("\(what): never\n\(logs(leader))") }
        guard leader.implementation == .tandem else { return }
        outcome.check("\(what): holds the address", try wait(.seconds(1)) { try holds(leader) })
    }

    private func resigned(
        _ segment: Segment,
        _ outcome: inout Outcome,
        _ what: String,
        from: Router,
        to: Router,
        since: MonotonicInstant,
    ) throws {
        let goodbye = wait(.seconds(2)) {
            segment.frames.first(since: since) { $0.from == from.host.name && $0.priority == 0 }
        }
        outcome.check("\(what): priority 0 on the wire", goodbye != nil)
        let first = segment.leader(to.host, since: since, setup, limit: patience(setup))
        guard let first, let goodbye else { throw LabError("\(what): nobody took over\n\(logs(to))") }
        let bound = setup.skewTime(to.priority) + InteropCase.allowance
        outcome.time(what, first.at - goodbye.at, .eachAtMost(bound.inMilliseconds))
        announced(segment, &outcome, what, to, since: since)
    }

    private func failedOver(
        _ segment: Segment,
        _ outcome: inout Outcome,
        _ what: String,
        from: Router,
        to: Router,
        since: MonotonicInstant,
    ) throws {
        let first = segment.leader(to.host, since: since, setup, limit: patience(setup))
        guard let first else { throw LabError("\(what): nobody took over\n\(logs(to))") }
        let last = segment.frames.last(before: first.at) { $0.from == from.host.name && $0.isAdvertisement }
        let bound = setup.activeDownInterval(to.priority) + InteropCase.allowance
        outcome.time(what, last.map { first.at - $0.at }, .eachAtMost(bound.inMilliseconds))
        announced(segment, &outcome, what, to, since: since)
    }

    private func announced(
        _ segment: Segment,
        _ outcome: inout Outcome,
        _ what: String,
        _ router: Router,
        since: MonotonicInstant,
    ) {
        let announcement = wait(.seconds(2)) {
            segment.frames.first(since: since) {
                $0.from == router.host.name && $0.announces(setup.address)
            }
        }
        outcome.check("\(what): announced", announcement != nil)
    }

    private func judge(_ file: String, _ ours: Router, _ outcome: inout Outcome) throws {
        let own = setup.usesVirtualMAC ? "\(setup.virtualMAC)" : Fabric.mac(ours.host.address)
        let judge = try PacketJudge(file, sender: own, setup)
        outcome.count("advertisements of Tandem that tshark read", judge.advertisements)
        outcome.count("announcements of Tandem that tshark read", judge.announcements)
        let few = judge.complaints.prefix(3).joined(separator: "; ")
        let detail = "\(judge.complaints.count) not: \(few)"
        outcome.check("tshark calls every packet good", judge.complaints.isEmpty, detail)
        outcome.check("it read some of either kind", judge.advertisements >= 10 && judge.announcements > 2)
    }

    private func logs(_ router: Router) -> String {
        router.processes.map { "\($0.name):\n\($0.lastLines())" }.joined(separator: "\n")
    }
}
