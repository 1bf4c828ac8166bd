/// How often something took how long, in a fixed number of buckets.
package struct LatencyHistogram: Hashable, Sendable {
    /// The upper bounds of the buckets, each inclusive; one more bucket takes what is longer than all of them.
    package static let bounds: [Interval] = [
        .microseconds(10), .microseconds(20), .microseconds(50), .microseconds(100), .microseconds(200),
        .microseconds(500), .milliseconds(1), .milliseconds(2), .milliseconds(5), .milliseconds(10), .milliseconds(20),
        .milliseconds(50), .milliseconds(100), .milliseconds(200), .milliseconds(500), .seconds(1), .seconds(2),
        .seconds(5),
    ]

    /// The counts of the buckets, in the order of the bounds.
    package private(set) var counts = [UInt64](repeating: 0, count: Self.bounds.count + 1)
    /// How often in all.
    package private(set) var count: UInt64 = 0
    /// How long together.
    package private(set) var sum: Interval = .zero
    /// The longest.
    package private(set) var longest: Interval = .zero

    /// Makes an empty histogram.
    package init() {}

    /// Counts one more; what is negative counts as nothing.
    package mutating func record(_ latency: Interval) {
        let latency = max(latency, .zero)
        let bucket = Self.bounds.firstIndex { latency <= $0 } ?? Self.bounds.count
        counts[bucket] += 1
        count += 1
        sum = sum + latency
        longest = max(longest, latency)
    }

    /// The bound under which this share of all stays, as a number of thousandths; nothing if that is the last bucket.
    package func bound(permille share: UInt64) -> Interval? {
        var seen: UInt64 = 0
        for (bound, count) in zip(Self.bounds, counts) {
            seen += count
            if seen * 1000 >= self.count * share { return bound }
        }
        return nil
    }
}
