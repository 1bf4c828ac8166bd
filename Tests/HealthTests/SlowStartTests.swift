import Health
import Primitives
import Testing

@Suite struct `Slow start` {
    static let start = MonotonicInstant(nanoseconds: 5_000_000_000)

    /// The weight of a ramp of 20 s, whose steps are 1 s, so many milliseconds after its start.
    struct Row: Sendable {
        let exponent: Int
        let full: UInt32
        let elapsed: Int64
        let weight: UInt32

        init(_ exponent: Int, _ full: UInt32, _ elapsed: Int64, _ weight: UInt32) {
            (self.exponent, self.full, self.elapsed, self.weight) = (exponent, full, elapsed, weight)
        }
    }

    static let rows: [Row] = [
        Row(1, 100, 0, 1), Row(1, 100, 999, 1), Row(1, 100, 1_000, 5), Row(1, 100, 10_000, 50),
        Row(1, 100, 19_999, 95), Row(1, 100, 20_000, 100), Row(1, 100, 90_000, 100),
        Row(2, 100, 1_000, 1), Row(2, 100, 5_000, 6), Row(2, 100, 10_000, 25), Row(2, 100, 19_000, 90),
        Row(2, 100, 20_000, 100), Row(5, 65_535, 10_000, 2_047), Row(5, 65_535, 20_000, 65_535),
        Row(1, 16, 1_000, 1), Row(1, 16, 2_500, 1), Row(1, 16, 10_000, 8), Row(1, 1, 1_000, 1),
        Row(1, 0, 1_000, 0), Row(1, 0, 20_000, 0),
    ]

    @Test(arguments: rows)
    func `follows its curve`(row: Row) {
        let ramp = SlowStart(SlowStart.Settings(duration: .seconds(20), exponent: row.exponent), at: Self.start)
        #expect(ramp.weight(of: row.full, at: Self.start + .milliseconds(row.elapsed)) == row.weight)
    }

    static let durations: [Interval] = [
        .nanoseconds(1), .nanoseconds(7), .nanoseconds(19), .milliseconds(1), .milliseconds(333), .seconds(30),
        .seconds(604_800),
    ]

    @Test(arguments: durations)
    func `rises only at its deadlines, never falls and ends at the full weight`(duration: Interval) {
        for exponent in SlowStart.Settings.exponents {
            let ramp = SlowStart(SlowStart.Settings(duration: duration, exponent: exponent), at: Self.start)
            var now = Self.start
            var last = ramp.weight(of: 1_000, at: now)
            var steps = 0
            while let next = ramp.deadline(after: now) {
                guard next > now else {
                    Issue.record("the deadline of \(now) is \(next)")
                    break
                }
                let before = ramp.weight(of: 1_000, at: next - .nanoseconds(1))
                #expect(before == last)
                now = next
                let weight = ramp.weight(of: 1_000, at: now)
                #expect(weight >= last)
                last = weight
                steps += 1
            }
            #expect(now == ramp.end)
            #expect(now == Self.start + duration)
            #expect(last == 1_000)
            #expect(steps <= SlowStart.steps)
        }
    }

    @Test func `has begun at a time before its start`() {
        let ramp = SlowStart(SlowStart.Settings(duration: .seconds(20)), at: Self.start)
        #expect(ramp.weight(of: 50, at: Self.start - .seconds(3)) == 1)
    }
}
