import Primitives
import Testing

@testable import DirectorCommand

@Suite struct WatchdogScheduleTests {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `is fed at once and then every interval in which all loops have turned`() {
        var schedule = WatchdogSchedule(interval: .milliseconds(2500), now: Self.start)
        let fed1 = schedule.isDue(at: Self.start, completedTurns: [0, 0])
        #expect(fed1)
        #expect(schedule.deadline == Self.start + .milliseconds(2500))
        let fed2 = schedule.isDue(at: Self.start + .milliseconds(2499), completedTurns: [9, 9])
        #expect(!fed2)
        // A loop that may sleep for a second has turned by then.
        let fed3 = schedule.isDue(at: Self.start + .milliseconds(2500), completedTurns: [2, 1])
        #expect(fed3)
    }

    @Test func `starves while one loop stands still, and is fed soon after it turns again`() {
        var schedule = WatchdogSchedule(interval: .seconds(1), now: Self.start)
        let fed4 = schedule.isDue(at: Self.start, completedTurns: [5, 5])
        #expect(fed4)
        var now = Self.start + .seconds(1)
        for turn in 0..<40 {
            let fed5 = schedule.isDue(at: now, completedTurns: [6 + UInt64(turn), 5])
            #expect(!fed5)
            #expect(schedule.deadline == now + .milliseconds(100))
            now = now + .milliseconds(100)
        }
        let fed6 = schedule.isDue(at: now, completedTurns: [99, 6])
        #expect(fed6)
        #expect(schedule.deadline == now + .seconds(1))
    }

    @Test func `never asks for a turn where nobody watches`() {
        var schedule = WatchdogSchedule(interval: nil, now: Self.start)
        #expect(schedule.deadline == nil)
        let fed7 = schedule.isDue(at: Self.start + .seconds(9), completedTurns: [1])
        #expect(!fed7)
    }
}
