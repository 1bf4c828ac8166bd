import Glibc
import Primitives

/// The witness clock: `CLOCK_MONOTONIC` of the machine that holds the namespaces.
func now() -> MonotonicInstant {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return MonotonicInstant(nanoseconds: Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
}

/// Lets the calling thread rest.
func nap(_ length: Interval) {
    var time = timespec(
        tv_sec: Int(length.nanoseconds / 1_000_000_000),
        tv_nsec: Int(length.nanoseconds % 1_000_000_000),
    )
    nanosleep(&time, nil)
}

/// Looks every two milliseconds until `look` finds something, at most for `limit`.
func wait<Found>(
    _ limit: Interval,
    every: Interval = .milliseconds(2),
    until look: () throws -> Found?
) rethrows
    -> Found?
{
    let end = now() + limit
    while true {
        if let found = try look() { return found }
        if now() >= end { return nil }
        nap(every)
    }
}

/// Looks until `look` is true, at most for `limit`; false when it never was.
func wait(_ limit: Interval, every: Interval = .milliseconds(2), until look: () throws -> Bool)
    rethrows -> Bool
{
    try wait(limit, every: every) { try look() ? true : nil } ?? false
}

extension Interval {
    /// The length in milliseconds with a fraction.
    var inMilliseconds: Double { Double(nanoseconds) / 1e6 }
}
