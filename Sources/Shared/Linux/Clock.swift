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
        monotonic(realTimeNanoseconds: stamp, reading: read)
    }

    /// The same by any pair of clocks.
    static func monotonic(realTimeNanoseconds stamp: Int64, reading read: (clockid_t) -> Int64) -> MonotonicInstant {
        // The wall clock first: what passes between the two, when another thread is given the processor, makes the stamp
        // seem later than it is. The other way round it would seem earlier, and a router that was heard in time would be
        // taken for a silent one; so a Backup Router waits a little longer at worst.
        let age = read(CLOCK_REALTIME) - stamp
        let now = read(CLOCK_MONOTONIC)
        return MonotonicInstant(nanoseconds: (0...60_000_000_000).contains(age) ? now - age : now)
    }

    private static func read(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        let result = unsafe clock_gettime(clock, &time)
        precondition(result == 0, "Linux always has this clock")
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
