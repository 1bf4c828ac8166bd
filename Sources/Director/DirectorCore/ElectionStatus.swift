package import Primitives

/// What the election has counted beside its virtual routers.
package struct ElectionStatus: Hashable, Sendable, Codable {
    /// How often the election thread woke up by so much after a deadline.
    package struct WakeUps: Hashable, Sendable, Codable {
        /// The bucket's upper bound in microseconds, inclusive; nothing in the last, which has all that is longer.
        package var upToMicroseconds: Int64?
        /// How often.
        package var count: UInt64
    }

    /// Messages that no virtual router took, by cause (`Rejection`).
    package var rejected: [String: UInt64] = [:]
    /// How often an address that somebody else removed was put back.
    package var addressRepairs: UInt64 = 0
    /// Advertisements that were held back because the process had slept before it could send them.
    package var heldBack: UInt64 = 0
    /// Advertisements and announcements that the kernel did not take.
    package var sendFailures: UInt64 = 0
    /// How late the thread woke up, the buckets in order.
    package var wakeUps: [WakeUps] = []
    /// How late it was all together, in microseconds; nothing from a program of before.
    package var wakeUpMicroseconds: Int64?
    /// The latest of them, in microseconds.
    package var latestWakeUpMicroseconds: Int64 = 0

    /// Nothing counted yet.
    package init() {}

    /// Takes how late the thread woke up.
    package mutating func record(_ latencies: LatencyHistogram) {
        wakeUps = latencies.counts.enumerated().map { index, count in
            let bounds = LatencyHistogram.bounds
            return WakeUps(
                upToMicroseconds: index < bounds.count ? bounds[index].nanoseconds / 1_000 : nil,
                count: count
            )
        }
        wakeUpMicroseconds = latencies.sum.nanoseconds / 1_000
        latestWakeUpMicroseconds = latencies.longest.nanoseconds / 1_000
    }
}
