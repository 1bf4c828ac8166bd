import CLab
import Primitives

extension SegmentScenario {
    /// Virtual MACs on both sides, whoever leads.
    static let virtualMACs: [SegmentScenario] = [
        virtualMAC("keepalived", .keepalived, RouterSetup(usesVirtualMAC: true)),
        virtualMAC("frr", .frr, RouterSetup(usesVirtualMAC: true)),
        virtualMAC("frr-ipv6", .frr, RouterSetup(family: .ipv6, usesVirtualMAC: true)),
        virtualMAC("tandem", .tandem, RouterSetup(usesVirtualMAC: true)),
    ]

    /// A handover between two directors whose addresses are at one virtual MAC, there and back.
    static let virtualMACHandover = SegmentScenario(
        name: "virtual-mac-handover",
        summary: "a handover and back, and a restart, of directors with one virtual MAC, under echo requests every 5 ms",
    ) { segment, outcome in
        let duel = try Duel(segment, peerLink: true, virtualMAC: true)
        defer { duel.end() }
        guard case .v4(let address) = Duel.setup.address else { return }
        let echo = try EchoClient(from: segment.client, to: address, every: .milliseconds(5))
        guard echo.awaitSteady(.milliseconds(500), limit: .seconds(5)) else { throw LabError("no answers") }
        let began = now()
        for (from, to) in [(0, 1), (1, 0)] {
            let asked = now()
            let host = duel.routers[from].host
            // Without IPVS neither is ready in every respect.
            let answer = try host.namespace.perform {
                try Command.output(
                    [segment.programs.director, "failover", "--force", "--socket", "\(host.directory)/control.sock"]
                )
            }
            let leads = duel.leads(duel.routers[to], since: asked)
            outcome.time("handover to \(duel.routers[to].host.name)", leads.map { $0.at - asked })
            outcome.check("\(duel.routers[to].host.name) leads", leads != nil, answer.text)
            nap(.seconds(2))
        }
        let (lost, blackout) = echo.end(since: began)
        outcome.check("no request is lost", lost == 0, "\(lost) lost, \(blackout) without an answer")

        // As systemctl restart does: the next process finds the interface and goes on with it.
        let again = try EchoClient(from: segment.client, to: address, every: .milliseconds(5))
        guard again.awaitSteady(.milliseconds(500), limit: .seconds(5)) else { throw LabError("no answers") }
        let first = duel.routers[0]
        let restarted = now()
        let prepared = try first.host.namespace.perform {
            let file = "\(first.host.directory)/director.yaml"
            return try Command.output([segment.programs.director, "prepare-restart", "--config", file])
        }
        guard prepared.status == 0 else { throw LabError("prepare-restart: \(prepared.text)") }
        let link = try first.addressLink()
        let index = try first.host.namespace.perform { clab_link_index(link) }
        try first.stop()
        try first.start()
        outcome.check("lb1 leads after its restart", duel.leads(first, since: now()) != nil)
        nap(.seconds(2))
        let isSame = try first.host.namespace.perform { clab_link_index(link) } == index
        outcome.check("the next process goes on with the interface", index > 0 && isSame, "index \(index)")
        let pause = again.end(since: restarted)
        outcome.check("the restart loses no request", pause.lost == 0, "\(pause.lost) lost, \(pause.blackout)")
    }

    private static func virtualMAC(_ name: String, _ peer: Implementation, _ setup: RouterSetup) -> SegmentScenario {
        let family = setup.family == .ipv4 ? "IPv4" : "IPv6"
        return SegmentScenario(
            name: "virtual-mac-\(name)",
            summary: "\(peer.rawValue) with one virtual MAC over \(family): a client that ignores announcements",
        ) { segment, outcome in
            try VirtualMACStory(segment: segment, peer: peer, setup: setup).play(&outcome)
        }
    }
}

/// Two routers with one virtual MAC, and a client whose entry for the address never changes.
private struct VirtualMACStory {
    let segment: Segment
    let peer: Implementation
    let setup: RouterSetup

    func play(_ outcome: inout Outcome) throws {
        let (ourHost, theirHost) = (segment.hosts[0], segment.hosts[1])
        let ours = Router(.tandem, on: ourHost, peer: theirHost, setup, priority: 150, segment.programs)
        let theirs = Router(peer, on: theirHost, peer: ourHost, setup, priority: 100, segment.programs)
        defer {
            for host in segment.hosts { host.killAll() }
            for router in [ours, theirs] { try? router.powerOn(segment.fabric) }
        }
        var began = now()
        try theirs.start()
        try ours.start()
        try leads(&outcome, "Tandem, of the higher priority", ours, since: began)
        try reaches(&outcome, "Tandem", ours)

        // The client forgets nothing from here on, and learns nothing.
        if setup.family == .ipv4 { try client("replace", "lladdr", "\(setup.virtualMAC)", "nud", "permanent") }
        began = try ours.stop()
        try leads(&outcome, "the peer after the resignation", theirs, since: began)
        try reaches(&outcome, "the peer, resigned to", theirs)
        outcome.check("Tandem has no macvlan once it has stopped", try !hasLink(ours))
        began = now()
        try ours.start()
        try leads(&outcome, "Tandem on its return", ours, since: began)
        try reaches(&outcome, "Tandem, having preempted", ours)
        began = try ours.powerOff(segment.fabric)
        try leads(&outcome, "the peer after the power cut", theirs, since: began)
        try reaches(&outcome, "the peer, having taken over", theirs)
        try ours.powerOn(segment.fabric)
        began = now()
        try ours.start()
        try leads(&outcome, "Tandem after the power cut", ours, since: began)
        try reaches(&outcome, "Tandem, back", ours)
        try ours.stop()
        ours.priority = 50
        try ours.start()
        try ours.awaitBackup(.seconds(15))
        outcome.check("Tandem has no macvlan as Backup", try wait(.seconds(2)) { try !hasLink(ours) })
        began = try theirs.powerOff(segment.fabric)
        try leads(&outcome, "Tandem after the peer's power cut", ours, since: began)
        try reaches(&outcome, "Tandem, having taken over", ours)
        try theirs.powerOn(segment.fabric)
        if setup.family == .ipv4 { try client("delete") }
    }

    /// What `ip neighbour` does to the client's entry for the address.
    private func client(_ verb: String, _ words: String...) throws {
        let command = ["ip", "neighbour", verb, "\(setup.address)", "dev", "eth0"] + words
        _ = try segment.client.namespace.perform { try Command.output(command) }
    }

    private func hasLink(_ router: Router) throws -> Bool {
        let name = try router.addressLink()
        return try router.host.namespace.perform { clab_link_index(name) } > 0
    }

    private func leads(
        _ outcome: inout Outcome,
        _ what: String,
        _ router: Router,
        since: MonotonicInstant,
    ) throws {
        let first = segment.leader(router.host, since: since, setup, limit: .seconds(15))
        outcome.time("\(what) leads", first.map { $0.at - since })
        guard first != nil else {
            let logs = router.processes.map { "\($0.name):\n\($0.lastLines())" }.joined(separator: "\n")
            throw LabError("\(what): never\n\(logs)")
        }
        let settled = now()
        nap(setup.interval * 5)
        let own = segment.frames.all { $0.at >= settled && $0.from == router.host.name && $0.isAdvertisement }
        outcome.check(
            "\(what): advertises with the virtual MAC alone",
            own.count >= 3 && own.allSatisfy { $0.source == setup.virtualMAC },
            "\(own.map(\.source))"
        )
    }

    /// The client is answered; over IPv4 by ARP with the virtual MAC too, if it has to ask.
    private func reaches(_ outcome: inout Outcome, _ what: String, _ router: Router) throws {
        guard case .v4(let address) = setup.address else { return try solicits(&outcome, what, router) }
        let asked = now()
        let echo = try EchoClient(from: segment.client, to: address, every: .milliseconds(20))
        outcome.check("\(what): the client is answered", echo.awaitSteady(.milliseconds(300), limit: .seconds(4)))
        _ = echo.end(since: asked)
        let answers = segment.frames.all { frame in
            guard frame.at >= asked, case .arp(true, let sender, _) = frame.content else { return false }
            return sender == address
        }
        outcome.check(
            "\(what): ARP is answered by it with the virtual MAC alone",
            answers.allSatisfy { $0.from == router.host.name && $0.hardware == setup.virtualMAC },
            "\(answers.map { "\($0.from) \($0.hardware.map { "\($0)" } ?? "")" })"
        )
    }

    /// Over IPv6 the client has to ask anew, by the link-local address, and is answered with the virtual MAC.
    private func solicits(_ outcome: inout Outcome, _ what: String, _ router: Router) throws {
        let target = setup.prefixes[0].split(separator: "/").first.map { String($0) } ?? ""
        let asked = now()
        let entry = try segment.client.namespace.perform {
            _ = try Command.output(["ip", "-6", "neighbour", "flush", "dev", "eth0"])
            _ = try Command.output(["bash", "-c", "echo > /dev/udp/\(target)%eth0/9"])
            nap(.milliseconds(300))
            return try Command.output(["ip", "-6", "neighbour", "show", target, "dev", "eth0"]).text
        }
        let answer = segment.frames.first(since: asked) { frame in
            guard case .neighbourAdvertisement(_, true) = frame.content else { return false }
            return frame.from == router.host.name
        }
        outcome.check("\(what): it answers solicitations with the virtual MAC", answer?.source == setup.virtualMAC)
        outcome.check("\(what): the client has the virtual MAC", entry.contains("\(setup.virtualMAC)"), entry)
    }
}
