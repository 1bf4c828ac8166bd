import Checks
import Health
import Primitives
import Testing

@Suite struct `The prober` {
    static func target(_ port: UInt16, _ change: (inout ProbeSettings) -> Void = { _ in }) -> ProbeTarget {
        var settings = ProbeSettings()
        change(&settings)
        return ProbeTarget(.tcp(Endpoint(address: .v4(IPv4Address(192, 0, 2, 11)), port: port)), settings)
    }

    static func demand(_ targets: [ProbeTarget]) -> ProbeDemand {
        ProbeDemand(interface: "eth0", virtualAddresses: [], targets: targets)
    }

    /// Drives a prober through virtual time; every run gets the answer of `outcome` after `delay`.
    struct Bench {
        var prober: Prober
        var now = MonotonicInstant(nanoseconds: 1_000_000_000)
        var starts: [(at: MonotonicInstant, run: ProbeRun, check: ProbeCheck, compares: Bool)] = []
        var reports: [(at: MonotonicInstant, report: ProbeReport)] = []
        var cancelled: [ProbeRun] = []
        var pending: [(at: MonotonicInstant, run: ProbeRun, outcome: ProbeOutcome)] = []
        var delay = Interval.milliseconds(1)
        /// Nothing: the target is silent.
        var outcome: (ProbeCheck) -> ProbeOutcome? = { _ in .passed(.milliseconds(1)) }

        init(seed: UInt64 = 1) { prober = Prober(seed: seed) }

        mutating func send(_ event: ProberEvent) { apply(prober.handle(event, at: now)) }

        mutating func apply(_ effects: [ProberEffect]) {
            for effect in effects {
                switch effect {
                case .start(let run, let check, let compares):
                    // It may have been ended before its turn came.
                    guard prober.start(of: run) != nil else { continue }
                    starts.append((now, run, check, compares))
                    if let outcome = outcome(check) { pending.append((now + delay, run, outcome)) }
                case .expire(let run):
                    pending.removeAll { $0.run == run }
                    apply(prober.handle(.finished(run, .failed(.probeTimedOut, evidence: "silent")), at: now))
                case .cancel(let run):
                    cancelled.append(run)
                    pending.removeAll { $0.run == run }
                case .report(let report):
                    reports.append((now, report))
                }
            }
        }

        mutating func run(for length: Interval) {
            let end = now + length
            while true {
                let next = [pending.map(\.at).min(), prober.deadline].compactMap(\.self).min() ?? end
                guard next <= end else { break }
                now = max(now, next)
                if let index = pending.indices.filter({ pending[$0].at <= now }).min(by: {
                    pending[$0].at < pending[$1].at
                }) {
                    let due = pending.remove(at: index)
                    send(.finished(due.run, due.outcome))
                } else {
                    send(.deadlineReached)
                }
            }
            now = end
        }
    }

    @Test func `spreads the first runs over the interval, the same way for the same seed`() {
        func offsets(_ seed: UInt64) -> [Int64] {
            var bench = Bench(seed: seed)
            bench.send(.demanded(Self.demand((1...100).map { Self.target($0) })))
            let start = bench.now
            bench.run(for: .milliseconds(199))
            return bench.starts.map { ($0.at - start).milliseconds }
        }
        let first = offsets(7)
        #expect(first.count >= 99)
        #expect(first == offsets(7))
        #expect(first != offsets(8))
        for quarter in 0..<4 {
            let count = first.count { $0 / 50 == Int64(quarter) }
            #expect((10...40).contains(count), "\(count) of 100 in quarter \(quarter)")
        }
    }

    @Test func `probes one target once an interval, however often it is asked for`() {
        var bench = Bench()
        bench.send(.demanded(Self.demand(Array(repeating: Self.target(80), count: 50))))
        bench.run(for: .seconds(10))
        #expect((49...50).contains(bench.starts.count))
        for (left, right) in zip(bench.starts, bench.starts.dropFirst()) {
            #expect(right.at - left.at == .milliseconds(200))
        }
    }

    @Test func `lets no two runs of one target overlap while what it believes is not contradicted`() {
        var bench = Bench()
        bench.outcome = { _ in nil }
        bench.send(.demanded(Self.demand([Self.target(80) { $0.timeout = .milliseconds(500) }])))
        bench.run(for: .seconds(10))
        for (left, right) in zip(bench.starts, bench.starts.dropFirst()) {
            #expect(right.at - left.at == .milliseconds(500))
        }
    }

    @Test func `tells of a change at once and of everything once a second`() throws {
        var bench = Bench()
        bench.send(.demanded(Self.demand([Self.target(80), Self.target(81)])))
        bench.run(for: .seconds(5))
        let summaries = bench.reports.filter(\.report.isSummary)
        #expect(summaries.count == 5)
        #expect(summaries.allSatisfy { $0.report.entries.count == 2 })
        #expect(bench.reports.filter { !$0.report.isSummary }.count == 2)
        let seen = bench.reports.count
        bench.outcome = { _ in .failed(.probeRefused, evidence: "refused") }
        let before = bench.now
        bench.run(for: .seconds(1))
        let changes = bench.reports[seen...].filter { !$0.report.isSummary }
        #expect(changes.count == 2)
        for change in changes {
            let entry = try #require(change.report.entries.first)
            #expect(entry.verdict.state == .down)
            #expect(entry.verdict.reason == .probeRefused)
            // Three failures 200 ms apart, the first at most 200 ms after the fault.
            #expect(change.at - before <= .milliseconds(602))
        }
    }

    @Test func `gives a run that timed out back before it starts the next`() {
        var bench = Bench()
        bench.outcome = { _ in nil }
        bench.send(.demanded(Self.demand([Self.target(80)])))
        let start = bench.now
        bench.run(for: .seconds(2))
        let down = bench.reports.first { $0.report.entries.first?.verdict.state == .down }
        #expect(down.map { $0.at - start <= .milliseconds(800) } == true)
        #expect(down?.report.entries.first?.verdict.reason == .probeTimedOut)
    }

    @Test func `probes faster while the results contradict what is believed`() {
        var bench = Bench()
        let target = Self.target(80) {
            $0.interval = .seconds(1)
            $0.fastInterval = .milliseconds(100)
            $0.timeout = .milliseconds(50)
        }
        bench.send(.demanded(Self.demand([target])))
        bench.run(for: .seconds(4))
        bench.outcome = { _ in .failed(.probeRefused, evidence: "") }
        let calm = bench.starts.count
        #expect((4...6).contains(calm))
        bench.run(for: .milliseconds(1_300))
        let down = bench.reports.last { !$0.report.isSummary }?.report.entries.first
        #expect(down?.verdict.state == .down)
        // The first, then eight in the time of two.
        #expect((9...10).contains(bench.starts.count - calm))
        bench.run(for: .seconds(3))
        #expect((12...13).contains(bench.starts.count - calm))
    }

    @Test func `is down as soon as three runs one after the other would make it, whether refused or not heard`() throws
    {
        let cases: [(ProbeOutcome?, Int64)] = [(.failed(.probeRefused, evidence: ""), 400), (nil, 600)]
        for (outcome, needed) in cases {
            var bench = Bench()
            bench.send(.demanded(Self.demand([Self.target(80)])))
            bench.run(for: .seconds(1))
            bench.outcome = { _ in outcome }
            let calm = bench.starts.count
            bench.run(for: .seconds(2))
            let down = try #require(bench.reports.first { $0.report.entries.first?.verdict.state == .down })
            let first = bench.starts[calm].at
            #expect(down.at - first >= .milliseconds(needed))
            #expect(down.at - first <= .milliseconds(needed + 2))
            let tries = bench.starts[calm...].count { $0.at < down.at }
            #expect(tries >= 6, "\(tries) tries for a verdict")
            // Afterwards once an interval again, and nothing is left under way.
            let later = bench.starts[calm...].filter { $0.at > down.at }
            for (left, right) in zip(later, later.dropFirst()) { #expect(right.at - left.at >= .milliseconds(200)) }
        }
    }

    @Test func `an answer ends the tries, and what was asked before it is no news`() throws {
        var bench = Bench()
        bench.send(.demanded(Self.demand([Self.target(80)])))
        bench.run(for: .seconds(1))
        bench.outcome = { _ in nil }
        // One silence, and some tries are under way.
        bench.run(for: .milliseconds(500))
        let underWay = bench.starts.count
        bench.outcome = { _ in .passed(.milliseconds(1)) }
        bench.cancelled = []
        bench.run(for: .milliseconds(60))
        #expect(!bench.cancelled.isEmpty, "those that were under way are ended")
        #expect(bench.starts.count <= underWay + 2)
        bench.run(for: .seconds(1))
        #expect(bench.reports.allSatisfy { $0.report.entries.allSatisfy { $0.verdict.state != .down } })
    }

    @Test func `never has more than five runs of a target under way, and only one command`() {
        for kind in [nil, ProbeKind.command(CommandCheck(arguments: ["/bin/true"]))] {
            var bench = Bench()
            var target = Self.target(80) { $0.timeout = .seconds(2) }
            let endpoint = Endpoint(address: .v4(IPv4Address(192, 0, 2, 11)), port: 80)
            if let kind { target.check = .real(kind, endpoint, source: nil) }
            bench.send(.demanded(Self.demand([target])))
            bench.run(for: .seconds(1))
            bench.outcome = { _ in nil }
            let before = bench.starts.count
            bench.run(for: .seconds(30))
            let starts = bench.starts[before...].map(\.at)
            let most = starts.map { start in starts.count { $0 <= start && start - $0 < .seconds(2) } }.max()
            #expect(most == (kind == nil ? 5 : 1))
        }
    }

    @Test(arguments: [10, 20, 30] as [UInt64])
    func `a network that loses probes at random makes a tenth of the changes that three in a row would`(percent: UInt64)
    {
        var random = SeededGenerator(seed: percent)
        var bench = Bench()
        let targets = (1...20).map { Self.target($0) }
        bench.send(.demanded(Self.demand(targets)))
        bench.run(for: .seconds(2))
        bench.reports = []
        var lost = 0
        bench.outcome = { _ in
            guard random.next() % 100 < percent else { return .passed(.milliseconds(1)) }
            lost += 1
            return nil
        }
        bench.run(for: .seconds(600))
        let changes = bench.reports.count { !$0.report.isSummary }
        // Each row of three that would have been believed is one change down, and one up again.
        let chance = Double(percent) / 100
        let expected = 2 * 20 * 600 / 0.2 * chance * chance * chance * (1 - chance)
        #expect(lost > 1_000)
        #expect(Double(changes) * 10 <= expected, "\(changes) changes, three in a row give \(expected)")
    }

    @Test func `calls a target unknown whose probes cannot run`() throws {
        var bench = Bench()
        bench.send(.demanded(Self.demand([Self.target(80)])))
        bench.run(for: .seconds(1))
        bench.outcome = { _ in .couldNotRun(evidence: "no descriptors") }
        bench.run(for: .seconds(2))
        let last = try #require(bench.reports.last?.report.entries.first)
        #expect(last.verdict.state == .unknown)
        #expect(last.verdict.reason == .probeCouldNotRun)
        #expect(last.verdict.evidence == "no descriptors")
        #expect(last.obstacles >= 9)
        #expect(last.failures == 0)
    }

    @Test func `keeps what it knows of targets that stay and cancels those that go`() throws {
        var bench = Bench()
        bench.delay = .milliseconds(150)
        bench.send(.demanded(Self.demand([Self.target(80), Self.target(81)])))
        bench.run(for: .seconds(3))
        let running = bench.pending.count
        bench.send(.demanded(Self.demand([Self.target(82), Self.target(80)])))
        #expect(bench.cancelled.count <= running)
        bench.run(for: .seconds(2))
        let last = try #require(bench.reports.last { $0.report.isSummary }?.report)
        #expect(last.entries.map(\.target) == [Self.target(82), Self.target(80)])
        #expect(last.entries[1].runs > 20)
        #expect(last.entries.allSatisfy { $0.verdict.state == .up })
        #expect(bench.reports.last { !$0.report.isSummary }?.report.entries.first?.target == Self.target(82))
    }

    @Test func `compares with the real address until a run has passed`() {
        var bench = Bench()
        bench.outcome = { _ in .failed(.directPathSilent, evidence: "") }
        bench.send(.demanded(Self.demand([Self.target(80)])))
        bench.run(for: .seconds(1))
        bench.outcome = { _ in .passed(.milliseconds(1)) }
        bench.run(for: .seconds(1))
        let firstPass = bench.starts.firstIndex { !$0.compares } ?? 0
        #expect(firstPass >= 5)
        #expect(bench.starts[firstPass...].allSatisfy { !$0.compares })
    }

    @Test func `does not make up for runs that it missed while the machine stood still`() {
        var bench = Bench()
        bench.send(.demanded(Self.demand([Self.target(80)])))
        bench.run(for: .seconds(1))
        bench.now = bench.now + .seconds(60)
        let before = bench.starts.count
        bench.run(for: .milliseconds(100))
        #expect(bench.starts.count - before <= 2)
    }
}
