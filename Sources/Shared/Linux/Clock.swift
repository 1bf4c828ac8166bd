internal import Glibc
package import Primitives

/// The machine's clocks.
package enum Clock {
    /// The monotonic clock (`CLOCK_MONOTONIC`), by which everything is timed.
    package static var now: MonotonicInstant { MonotonicInstant(nanoseconds: read(CLOCK_MONOTONIC)) }

    /// The wall clock in nanoseconds since 1970, for people only.
    package static var realTimeNanoseconds: Int64 { read(CLOCK_REALTIME) }

    /// Converts a kernel timestamp of the wall clock; one that a clock step made absurd counts as just now.
    static func monotonic(realTimeNanoseconds stamp: Int64) -> MonotonicInstant {
        let now = read(CLOCK_MONOTONIC)
        let age = read(CLOCK_REALTIME) - stamp
        return MonotonicInstant(nanoseconds: (0...60_000_000_000).contains(age) ? now - age : now)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "Linux always has this clock")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
