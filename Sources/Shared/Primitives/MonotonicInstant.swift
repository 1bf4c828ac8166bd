/// A point on the machine's monotonic clock (`CLOCK_MONOTONIC`), in nanoseconds since an arbitrary start.
package struct MonotonicInstant: Hashable, Comparable, Sendable {
    /// Nanoseconds since the clock's start.
    package var nanoseconds: Int64

    /// Makes the instant so many nanoseconds after the clock's start.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
    package static func + (left: MonotonicInstant, right: Interval) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: left.nanoseconds + right.nanoseconds)
    }
    package static func - (left: MonotonicInstant, right: Interval) -> MonotonicInstant {
        MonotonicInstant(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    package static func - (left: MonotonicInstant, right: MonotonicInstant) -> Interval {
        Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
}
