import Health
import Primitives
import Testing

/// A prober that is not scheduled in time must not blame the real servers.
@Suite struct `A late prober` {
    typealias Prober = `The prober`

    /// Ten targets that answer, until the clock jumps by a stall while every run is under way.
    static func bench(stall: Interval, outcome: ProbeOutcome? = nil, rounds: Int = 10) -> Prober.Bench {
        var bench = Prober.Bench()
        bench.send(.demanded(Prober.demand((1...10).map { Prober.target($0) })))
        bench.run(for: .seconds(2))
        bench.outcome = { _ in outcome }
        for _ in 0..<rounds {
            // Every run has begun and none has ended when the machine stands still.
            bench.run(for: .milliseconds(1))
            bench.now = bench.now + stall
            bench.send(.deadlineReached)
        }
        return bench
    }

    static func verdicts(_ bench: Prober.Bench) -> [Verdict] {
        var last: [ProbeTarget: Verdict] = [:]
        for entry in bench.reports.flatMap(\.report.entries) { last[entry.target] = entry.verdict }
        return Array(last.values)
    }

    @Test(arguments: [400, 1_000, 60_000] as [Int64])
    func `calls nobody down by its own silence, and says why it knows nothing`(stall: Int64) {
        let bench = Self.bench(stall: .milliseconds(stall))
        let verdicts = Self.verdicts(bench)
        #expect(verdicts.count == 10)
        #expect(verdicts.allSatisfy { $0.state == .unknown && $0.reason == .probeCouldNotRun })
        #expect(verdicts.allSatisfy { $0.evidence.contains("the prober was") && $0.evidence.contains("late") })
        #expect(!bench.reports.contains { $0.report.entries.contains { $0.verdict.state == .down } })
    }

    @Test func `one stall changes nothing that is believed`() {
        let bench = Self.bench(stall: .seconds(5), rounds: 1)
        #expect(Self.verdicts(bench).allSatisfy { $0.state == .up })
    }

    @Test func `one stall while a target is tried quickly, with several runs under way, changes nothing either`() {
        var bench = Prober.Bench()
        bench.send(.demanded(Prober.demand([Prober.target(80)])))
        bench.run(for: .seconds(2))
        bench.outcome = { _ in nil }
        let calm = bench.starts.count
        // One silence is believed by nobody; four more have begun when the machine stands still.
        while bench.starts.count < calm + 5 { bench.run(for: .milliseconds(1)) }
        bench.now = bench.now + .seconds(5)
        bench.send(.deadlineReached)
        bench.outcome = { _ in .passed(.milliseconds(1)) }
        bench.run(for: .seconds(2))
        #expect(bench.reports.last?.report.entries.first?.obstacles ?? 0 >= 4)
        #expect(bench.reports.dropFirst().allSatisfy { $0.report.entries.allSatisfy { $0.verdict.state != .down } })
        let states = bench.reports.flatMap(\.report.entries).map(\.verdict.state)
        #expect(states.drop { $0 == .unknown }.allSatisfy { $0 == .up })
    }

    @Test func `silence counts where it came about in time`() {
        var bench = Prober.Bench()
        bench.send(.demanded(Prober.demand((1...10).map { Prober.target($0) })))
        bench.run(for: .seconds(2))
        bench.outcome = { _ in nil }
        bench.run(for: .seconds(2))
        #expect(Self.verdicts(bench).allSatisfy { $0.state == .down && $0.reason == .probeTimedOut })
    }

    @Test func `a wrong answer counts, however late it is read`() {
        var prober = Health.Prober(seed: 1)
        var now = MonotonicInstant(nanoseconds: 1_000_000_000)
        _ = prober.handle(.demanded(Prober.demand([Prober.target(80)])), at: now)
        var state = Verdict.State.unknown
        for _ in 0..<40 {
            now = now + .seconds(3)
            for effect in prober.handle(.deadlineReached, at: now) {
                guard case .expire(let run) = effect else { continue }
                let refused = ProbeOutcome.failed(.probeRefused, evidence: "refuses")
                for effect in prober.handle(.finished(run, refused), at: now) {
                    if case .report(let report) = effect { state = report.entries.first?.verdict.state ?? state }
                }
            }
        }
        #expect(state == .down)
    }
}
