import Glibc
import Primitives
import Testing

@testable import Linux

/// When a packet came in, by the clock that timers run by.
@Suite struct ClockTests {
    @Test func `a stamp never seems earlier than it is, whatever passes between the readings of the clocks`() {
        for pause in [Int64(0), 1_000, 30_000_000, 2_000_000_000] {
            // Both clocks go on by a pause with every reading; the wall clock is ahead by a year or so.
            var passed: Int64 = 0
            let ahead: Int64 = 31_000_000_000_000_000
            let stamped = Clock.monotonic(realTimeNanoseconds: ahead + 5_000_000_000) { clock in
                passed += pause
                return 5_000_000_000 + 1_000 + passed + (clock == CLOCK_REALTIME ? ahead : 0)
            }
            #expect(stamped >= MonotonicInstant(nanoseconds: 5_000_000_000))
            #expect(stamped <= MonotonicInstant(nanoseconds: 5_000_001_000 + passed), "nor in the future")
        }
    }

    @Test func `a stamp between two readings is between them`() {
        for _ in 0..<10_000 {
            let before = Clock.now
            let stamp = Clock.realTimeNanoseconds
            let converted = Clock.monotonic(realTimeNanoseconds: stamp)
            // A microsecond for clocks that are read with less than their own precision.
            #expect(converted >= before - .microseconds(1))
            #expect(converted <= Clock.now)
        }
    }

    @Test func `an absurd stamp counts as just now`() {
        for stamp in [Int64(0), Clock.realTimeNanoseconds + 3_600_000_000_000] {
            let before = Clock.now
            let converted = Clock.monotonic(realTimeNanoseconds: stamp)
            #expect(converted >= before && converted <= Clock.now)
        }
    }
}
