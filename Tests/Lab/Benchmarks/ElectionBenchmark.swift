import Glibc
import Primitives

/// Takeovers of Tandem and keepalived on the running kernel, seen by a client that sends 1,000 echo requests a second.
final class ElectionBenchmark {
    private let segment: Segment
    private let report: BenchmarkReport
    private static let address = IPv4Address(192, 168, 10, 100)

    init(_ segment: Segment, _ report: BenchmarkReport) {
        (self.segment, self.report) = (segment, report)
    }

    /// Runs everything that has an incident, so many times each.
    func incidents(_ intervals: [Interval], runs: Int) throws {
        for interval in intervals {
            for contender in Contender.all(at: interval) {
                let pair = try start(contender)
                defer { pair.end() }
                for _ in 0..<runs {
                    try incident("power-off", pair) { try $0.powerOff(segment.fabric) }
                    try incident("clean stop", pair) { try $0.stop() }
                    try handedOver(pair)
                    try dropped(pair)
                }
            }
        }
    }

    private func start(_ contender: Contender) throws -> ElectionPair {
        let pair = ElectionPair(segment, contender)
        try pair.start()
        try forgetNeighbours()
        return pair
    }

    private func settle(_ pair: ElectionPair, since: MonotonicInstant) throws {
        try pair.settle(since: since)
        try forgetNeighbours()
    }

    // The client's neighbour entry is to be the one that the loss is about.
    private func forgetNeighbours() throws {
        let client = segment.client
        _ = try client.namespace.perform { try Command.output(["ip", "neighbour", "flush", "dev", "eth0"]) }
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
        _ pair: ElectionPair,
        _ happen: (Router) throws -> MonotonicInstant,
    ) throws {
        let client = try echo()
        let instant = try happen(pair.routers[0])
        let announcement = try takeover(pair, since: instant)
        let isBack = client.awaitSteady(.milliseconds(300), limit: .seconds(20))
        let (lost, blackout) = client.end(since: instant - .milliseconds(20))
        let milliseconds = isBack ? blackout.inMilliseconds : .infinity
        report.add("\(measure): blackout", "ms", pair.contender, milliseconds)
        report.add("\(measure): lost of 1,000 requests a second", "", pair.contender, Double(lost))
        if measure == "power-off" {
            let last = segment.frames.last(before: announcement) { $0.from == "lb1" && $0.isAdvertisement }
            if let last {
                let length = (announcement - last.at).inMilliseconds
                report.add("power-off: last advertisement to announcement", "ms", pair.contender, length)
            }
        }
        try comeBack(pair)
    }

    /// The active director is reloaded with a priority below the standby's: what both know as a planned handover.
    private func handedOver(_ pair: ElectionPair) throws {
        let (contender, routers) = (pair.contender, pair.routers)
        let client = try echo()
        let instant = now()
        try routers[0].reload(priority: contender.priorities.1 - 10)
        _ = try takeover(pair, since: instant)
        let isBack = client.awaitSteady(.milliseconds(300), limit: .seconds(20))
        let (lost, blackout) = client.end(since: instant)
        report.add("planned handover: blackout", "ms", pair.contender, isBack ? blackout.inMilliseconds : .infinity)
        report.add("planned handover: lost of 1,000 requests a second", "", pair.contender, Double(lost))
        let began = now()
        try routers[0].reload(priority: contender.priorities.0)
        try settle(pair, since: began)
    }

    /// The active director loses power, and the client hears no announcement for 200 ms.
    private func dropped(_ pair: ElectionPair) throws {
        let routers = pair.routers
        let client = try echo()
        try segment.fabric.drop([.addressResolution([routers[1].host], segment.client)])
        let instant = try routers[0].powerOff(segment.fabric)
        let announcement = try takeover(pair, since: instant)
        nap(announcement + .milliseconds(200) - now())
        try segment.fabric.heal()
        let answered = client.firstAnswer(since: announcement, limit: .seconds(40))
        _ = client.end(since: instant)
        let recovery = answered.map { ($0 - announcement).inMilliseconds } ?? .infinity
        report.add("first 200 ms of announcements dropped: recovery", "ms", pair.contender, recovery)
        try comeBack(pair)
    }

    private func takeover(_ pair: ElectionPair, since: MonotonicInstant) throws -> MonotonicInstant {
        let limit = Interval.seconds(5) + pair.contender.setup.interval * 5
        let announcement = wait(limit) {
            segment.frames.first(since: since) {
                $0.from == pair.routers[1].host.name && $0.announces(ElectionBenchmark.address)
            }
        }
        guard let announcement else { throw LabError("\(pair.contender): lb2 never announced") }
        return announcement.at
    }

    private func comeBack(_ pair: ElectionPair) throws {
        let began = now()
        try pair.routers[0].powerOn(segment.fabric)
        try pair.routers[0].start()
        try settle(pair, since: began)
    }
}
