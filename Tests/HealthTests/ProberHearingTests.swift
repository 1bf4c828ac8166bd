import Health
import Primitives
import Testing

/// A director that hears nobody must not blame everybody.
@Suite struct `A prober that hears nobody` {
    typealias Prober = `The prober`

    static func address(_ server: UInt8) -> IPAddress { .v4(IPv4Address(192, 0, 2, server)) }

    /// Two checks of every server, as of two services.
    static func targets(_ servers: [UInt8], _ change: (inout ProbeSettings) -> Void = { _ in }) -> [ProbeTarget] {
        var settings = ProbeSettings()
        change(&settings)
        return servers.flatMap { server in
            [80, 443].map { ProbeTarget(.tcp(Endpoint(address: address(server), port: $0)), settings) }
        }
    }

    /// Servers that have answered for three intervals and more.
    static func bench(
        _ servers: [UInt8],
        seed: UInt64,
        _ change: (inout ProbeSettings) -> Void = { _ in },
    ) -> Prober.Bench {
        var bench = Prober.Bench(seed: seed)
        let targets = targets(servers, change)
        bench.send(.demanded(Prober.demand(targets)))
        bench.run(for: .seconds(4))
        return bench
    }

    /// When each target was first called down after a time.
    static func downs(_ bench: Prober.Bench, after start: MonotonicInstant) -> [ProbeTarget: Interval] {
        var downs: [ProbeTarget: Interval] = [:]
        for (at, report) in bench.reports where at >= start {
            for entry in report.entries where entry.verdict.state == .down && downs[entry.target] == nil {
                downs[entry.target] = at - start
            }
        }
        return downs
    }

    static func last(_ bench: Prober.Bench) -> [Verdict] {
        var last: [ProbeTarget: Verdict] = [:]
        for entry in bench.reports.flatMap(\.report.entries) { last[entry.target] = entry.verdict }
        return Array(last.values)
    }

    @Test(arguments: [150, 350, 700, 1_200, 1_700] as [Int64], [2, 3, 10] as [UInt8])
    func `calls nobody down when answers come back before two seconds`(outage: Int64, servers: UInt8) {
        for seed in 1...40 as ClosedRange<UInt64> {
            var bench = Self.bench(Array(1...servers), seed: seed)
            bench.outcome = { _ in nil }
            let start = bench.now
            bench.run(for: .milliseconds(outage))
            bench.outcome = { _ in .passed(.milliseconds(1)) }
            bench.run(for: .seconds(2))
            #expect(Self.downs(bench, after: start).isEmpty, "seed \(seed)")
            #expect(Self.last(bench).allSatisfy { $0.state == .up })
        }
    }

    @Test func `full frames that are answered, or not, say nothing about who is heard`() {
        var bench = Prober.Bench(seed: 1)
        var demand = Prober.demand(Self.targets([1, 2]))
        var frames = ProbeSettings()
        (frames.kind, frames.interval, frames.timeout) = (.icmpFullFrame, .milliseconds(100), .milliseconds(50))
        demand.frameTargets = [3, 4].map { server in
            ProbeTarget(frames.check(Endpoint(address: Self.address(server), port: 0)), frames)
        }
        bench.send(.demanded(demand))
        bench.run(for: .seconds(4))
        // Everything else falls silent: nobody is blamed at once, though the frames are answered.
        let frameChecks = demand.frameTargets.map(\.check)
        bench.outcome = { frameChecks.contains($0) ? .passed(.milliseconds(1)) : nil }
        var start = bench.now
        bench.run(for: .milliseconds(1_700))
        #expect(Self.downs(bench, after: start).isEmpty)
        // Frames alone fall silent: they are called down, and nothing else is.
        bench.outcome = { frameChecks.contains($0) ? nil : .passed(.milliseconds(1)) }
        bench.run(for: .seconds(1))
        start = bench.now
        bench.run(for: .seconds(2))
        #expect(Set(Self.downs(bench, after: start).keys).isSubset(of: Set(demand.frameTargets)))
    }

    @Test func `says meanwhile that it knows nothing, and why`() {
        var bench = Self.bench([1, 2], seed: 1)
        bench.outcome = { _ in nil }
        bench.run(for: .milliseconds(1_200))
        let verdicts = Self.last(bench)
        #expect(verdicts.count == 4)
        #expect(verdicts.allSatisfy { $0.state == .unknown && $0.reason == .nobodyAnswers })
        #expect(verdicts.allSatisfy { $0.evidence == "nobody answers; silent" })
    }

    @Test func `calls everybody down when nobody has answered for two seconds`() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var bench = Self.bench([1, 2, 3], seed: seed)
            bench.outcome = { _ in nil }
            let start = bench.now
            bench.run(for: .milliseconds(2_500))
            let downs = Self.downs(bench, after: start)
            #expect(downs.count == 6)
            #expect(downs.values.allSatisfy { (.seconds(2)...(.milliseconds(2_401))).contains($0) }, "seed \(seed)")
            #expect(Self.last(bench).allSatisfy { $0.reason == .probeTimedOut })
        }
    }

    @Test(arguments: [[1, 2], [1, 2, 3]] as [[UInt8]])
    func `calls one down as ever while another answers`(servers: [UInt8]) {
        for seed in 1...100 as ClosedRange<UInt64> {
            var bench = Self.bench(servers, seed: seed)
            bench.outcome = { $0.isOf(1) ? nil : .passed(.milliseconds(1)) }
            let start = bench.now
            bench.run(for: .seconds(2))
            let downs = Self.downs(bench, after: start)
            #expect(downs.count == 2)
            #expect(downs.values.allSatisfy { $0 <= .milliseconds(801) }, "seed \(seed): \(downs.values)")
        }
    }

    @Test func `hears another that is asked much less often than it would wait`() {
        for seed in 1...100 as ClosedRange<UInt64> {
            var bench = Self.bench([1, 2], seed: seed) { ($0.interval, $0.timeout) = (.seconds(1), .milliseconds(100)) }
            bench.outcome = { $0.isOf(1) ? nil : .passed(.milliseconds(1)) }
            let start = bench.now
            bench.run(for: .seconds(5))
            let downs = Self.downs(bench, after: start)
            #expect(downs.count == 2)
            #expect(downs.values.allSatisfy { $0 <= .milliseconds(3_101) }, "seed \(seed): \(downs.values)")
        }
    }

    @Test func `believes a refusal of all at once`() {
        var bench = Self.bench([1, 2], seed: 1)
        bench.outcome = { _ in .failed(.probeRefused, evidence: "refused") }
        let start = bench.now
        bench.run(for: .seconds(1))
        let downs = Self.downs(bench, after: start)
        #expect(downs.count == 4)
        #expect(downs.values.allSatisfy { $0 <= .milliseconds(602) })
    }

    @Test func `believes the silence of the only real server there is`() {
        var bench = Self.bench([1], seed: 1)
        bench.outcome = { _ in nil }
        let start = bench.now
        bench.run(for: .seconds(1))
        let downs = Self.downs(bench, after: start)
        #expect(downs.count == 2)
        #expect(downs.values.allSatisfy { $0 <= .milliseconds(801) })
    }

    @Test func `blames the one that stays silent after the others are back`() {
        for seed in 1...40 as ClosedRange<UInt64> {
            var bench = Self.bench([1, 2, 3], seed: seed)
            bench.outcome = { _ in nil }
            let start = bench.now
            bench.run(for: .seconds(1))
            bench.outcome = { $0.isOf(1) ? nil : .passed(.milliseconds(1)) }
            bench.run(for: .seconds(3))
            let downs = Self.downs(bench, after: start)
            #expect(downs.count == 2)
            #expect(downs.values.allSatisfy { $0 <= .milliseconds(2_001) }, "seed \(seed): \(downs.values)")
        }
    }

    @Test func `gives a run that began late its whole time`() {
        var prober = Health.Prober(seed: 1)
        var now = MonotonicInstant(nanoseconds: 1_000_000_000)
        _ = prober.handle(.demanded(Prober.demand(Self.targets([1]))), at: now)
        var started: ProbeRun?
        while started == nil {
            now = prober.deadline ?? now
            for case .start(let run, _, _) in prober.handle(.deadlineReached, at: now) { started = run }
        }
        guard let run = started else { return }
        #expect(prober.start(of: run) == now)
        now = now + .milliseconds(150)
        _ = prober.handle(.delayed(run), at: now)
        #expect(prober.start(of: run) == now)
        func expires(_ effects: [ProberEffect]) -> Bool { effects.contains(.expire(run)) }
        #expect(!expires(prober.handle(.deadlineReached, at: now + .milliseconds(199))))
        #expect(expires(prober.handle(.deadlineReached, at: now + .milliseconds(200))))
        #expect(prober.start(of: run) == nil)
    }
}

extension ProbeCheck {
    fileprivate func isOf(_ server: UInt8) -> Bool {
        if case .tcp(let endpoint) = self { endpoint.address == .v4(IPv4Address(192, 0, 2, server)) } else { false }
    }
}
