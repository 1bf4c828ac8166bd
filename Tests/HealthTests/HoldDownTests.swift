import Health
import Primitives
import Testing

@Suite struct `The hold-down` {
    static let settings = HoldDown.Settings(
        free: 2,
        first: .seconds(2),
        maximum: .seconds(10),
        forget: .seconds(30),
    )

    /// Failures so many seconds apart, each followed by a recovery 1 s later; gives how long each recovery was held.
    static func holds(_ gaps: [Int64], _ settings: HoldDown.Settings = settings) -> [Int64] {
        var subject = HoldDown()
        var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
        return gaps.map { gap in
            now = now + .seconds(gap)
            subject.failed(at: now, settings)
            let recovery = now + .seconds(1)
            subject.recovered(at: recovery, settings)
            guard let until = subject.heldUntil else { return 0 }
            return (until - recovery).milliseconds / 1_000
        }
    }

    /// The seconds before each failure, and the seconds that each recovery is held.
    struct Row: Sendable {
        let gaps: [Int64]
        let holds: [Int64]
    }

    static let rows: [Row] = [
        Row(gaps: [0, 5, 5, 5, 5, 5, 5], holds: [0, 0, 2, 4, 8, 10, 10]),
        // One failure is forgotten for every 30 s without one.
        Row(gaps: [0, 5, 31, 31, 31], holds: [0, 0, 0, 0, 0]),
        Row(gaps: [0, 5, 29, 29], holds: [0, 0, 2, 4]),
        Row(gaps: [0, 5, 5, 61, 5], holds: [0, 0, 2, 0, 2]),
        Row(gaps: [0, 10_000_000], holds: [0, 0]),
        // However often it failed, it is forgotten in bounded time.
        Row(gaps: [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 200], holds: [0, 0, 2, 4, 8, 10, 10, 10, 10, 10, 10, 0]),
    ]

    @Test(arguments: rows)
    func `grows with every failure and decays with time`(row: Row) {
        #expect(Self.holds(row.gaps) == row.holds)
    }

    @Test func `may cost from the first failure on`() {
        let strict = HoldDown.Settings(free: 0, first: .seconds(1), maximum: .seconds(1), forget: .seconds(5))
        #expect(Self.holds([0, 2, 2, 100], strict) == [1, 1, 1, 1])
    }

    @Test func `ends when it has lasted, and at once with another failure`() {
        var subject = HoldDown()
        let settings = HoldDown.Settings(free: 0, first: .seconds(2), maximum: .seconds(8), forget: .seconds(30))
        let now = MonotonicInstant(nanoseconds: 0)
        #expect(!subject.isHeld(at: now))
        subject.failed(at: now, settings)
        #expect(!subject.isHeld(at: now))
        subject.recovered(at: now + .seconds(1), settings)
        #expect(subject.isHeld(at: now + .seconds(1)))
        #expect(subject.isHeld(at: now + .seconds(3) - .nanoseconds(1)))
        #expect(!subject.isHeld(at: now + .seconds(3)))
        subject.failed(at: now + .seconds(2), settings)
        #expect(subject.heldUntil == nil)
        #expect(subject.failures(at: now + .seconds(2), settings) == 2)
        #expect(subject.failures(at: now + .seconds(32), settings) == 1)
        #expect(subject.failures(at: now + .seconds(1_000), settings) == 0)
    }
}
