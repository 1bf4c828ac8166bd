import Glibc
import Primitives

/// Takeovers of Tandem and keepalived on the running kernel, seen by a client that sends 1,000 echo requests a second.
final class ElectionBenchmark {
    private let segment: Segment
    private let narrator: Narrator
    private(set) var table = BenchmarkTable()
    private static let address = IPv4Address(192, 168, 10, 100)

    init(_ segment: Segment, _ narrator: Narrator) {
        (self.segment, self.narrator) = (segment, narrator)
    }

    /// Runs everything that has an incident, so many times each.
    func incidents(_ intervals: [Interval], runs: Int) throws {
        for interval in intervals {
            for contender in Contender.all(at: interval) {
                let routers = try start(contender)
                defer { end(routers) }
                for _ in 0..<runs {
                    try incident("power-off", contender, routers) { try $0.powerOff(segment.fabric) }
                    try incident("clean stop", contender, routers) { try $0.stop() }
                    try handedOver(contender, routers)
                    try dropped(contender, routers)
                }
            }
        }
    }

    private func start(_ contender: Contender) throws -> [Router] {
        let (first, second) = (segment.hosts[0], segment.hosts[1])
        let routers = [
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
        for router in routers { try router.start() }
        try settle(contender, routers, since: now())
        return routers
    }

    private func settle(_ contender: Contender, _ routers: [Router], since: MonotonicInstant) throws {
        let limit = Interval.seconds(15) + contender.setup.interval * 8
        guard segment.leader(routers[0].host, since: since, contender.setup, limit: limit) != nil else {
            throw LabError("\(contender.name): lb1 does not lead: \(routers[0].processes.first?.lastLines(5) ?? "")")
        }
        // The client's neighbour entry is to be the one that the loss is about.
        let client = segment.client
        _ = try client.namespace.perform { try Command.output(["ip", "neighbour", "flush", "dev", "eth0"]) }
    }

    private func end(_ routers: [Router]) {
        for router in routers {
            router.host.killAll()
            try? router.powerOn(segment.fabric)
        }
    }

    private func echo() throws -> EchoClient {
        let client = try EchoClient(from: segment.client, to: ElectionBenchmark.address, every: .milliseconds(1))
        guard client.awaitSteady(.milliseconds(300), limit: .seconds(10)) else {
            _ = client.end(since: now())
            throw LabError("the virtual address does not answer")
        }
        return client
    }

    private func incident(
        _ measure: String,
        _ contender: Contender,
        _ routers: [Router],
        _ happen: (Router) throws -> MonotonicInstant,
    ) throws {
        let client = try echo()
        let instant = try happen(routers[0])
        let announcement = try takeover(contender, routers, since: instant)
        let isBack = client.awaitSteady(.milliseconds(300), limit: .seconds(20))
        let (lost, blackout) = client.end(since: instant - .milliseconds(20))
        let milliseconds = isBack ? blackout.inMilliseconds : .infinity
        add("\(measure): blackout", "ms", contender, milliseconds)
        add("\(measure): lost of 1,000 requests a second", "", contender, Double(lost))
        if measure == "power-off" {
            let last = segment.frames.last(before: announcement) { $0.from == "lb1" && $0.isAdvertisement }
            if let last {
                let length = (announcement - last.at).inMilliseconds
                add("power-off: last advertisement to announcement", "ms", contender, length)
            }
        }
        try comeBack(contender, routers)
    }

    /// The active director is reloaded with a priority below the standby's: what both know as a planned handover.
    private func handedOver(_ contender: Contender, _ routers: [Router]) throws {
        let client = try echo()
        let instant = now()
        try routers[0].reload(priority: contender.priorities.1 - 10)
        _ = try takeover(contender, routers, since: instant)
        let isBack = client.awaitSteady(.milliseconds(300), limit: .seconds(20))
        let (lost, blackout) = client.end(since: instant)
        add("planned handover: blackout", "ms", contender, isBack ? blackout.inMilliseconds : .infinity)
        add("planned handover: lost of 1,000 requests a second", "", contender, Double(lost))
        let began = now()
        try routers[0].reload(priority: contender.priorities.0)
        try settle(contender, routers, since: began)
    }

    /// The active director loses power, and the client hears no announcement for 200 ms.
    private func dropped(_ contender: Contender, _ routers: [Router]) throws {
        let client = try echo()
        try segment.fabric.drop([.addressResolution([routers[1].host], segment.client)])
        let instant = try routers[0].powerOff(segment.fabric)
        let announcement = try takeover(contender, routers, since: instant)
        nap(announcement + .milliseconds(200) - now())
        try segment.fabric.heal()
        let answered = client.firstAnswer(since: announcement, limit: .seconds(40))
        _ = client.end(since: instant)
        let recovery = answered.map { ($0 - announcement).inMilliseconds } ?? .infinity
        add("first 200 ms of announcements dropped: recovery", "ms", contender, recovery)
        try comeBack(contender, routers)
    }

    private func takeover(
        _ contender: Contender,
        _ routers: [Router],
        since: MonotonicInstant,
    ) throws -> MonotonicInstant {
        let limit = Interval.seconds(5) + contender.setup.interval * 5
        let announcement = wait(limit) {
            segment.frames.first(since: since) {
                $0.from == routers[1].host.name && $0.announces(ElectionBenchmark.address)
            }
        }
        guard let announcement else { throw LabError("\(contender.name): lb2 never announced") }
        return announcement.at
    }

    private func comeBack(_ contender: Contender, _ routers: [Router]) throws {
        let began = now()
        try routers[0].powerOn(segment.fabric)
        try routers[0].start()
        try settle(contender, routers, since: began)
    }

    private func add(_ measure: String, _ unit: String, _ contender: Contender, _ value: Double) {
        table.add(measure, unit, contender.setup.interval, contender.name, value)
        narrator.event(
            "figure",
            [
                ("measure", .string(measure)), ("contender", .string(contender.name)),
                ("interval", .string("\(contender.setup.interval)")), ("value", .number(value)),
            ]
        )
    }

    // MARK: False takeovers

    /// Keeps every processor busy for so long, with a reload every five seconds, and counts takeovers.
    func busy(_ intervals: [Interval], seconds: Int) throws {
        for interval in intervals {
            for contender in Contender.all(at: interval) where contender.name != "keepalived, defaults" {
                let routers = try start(contender)
                defer { end(routers) }
                let found = try BusyElection(segment, contender, routers).run(seconds: seconds)
                add("takeovers in \(seconds) s with all processors busy", "", contender, Double(found.takeovers))
                for window in found.stalls {
                    narrator.tell("excluded: the machine stood still for \(window) (\(contender.name), \(interval))")
                }
            }
        }
    }
}
