/// How many messages were rejected, by cause.
package struct RejectionCounts: Hashable, Sendable {
    private var counts = [UInt64](repeating: 0, count: Rejection.allCases.count)

    /// Nothing rejected yet.
    package init() {}

    /// The count of one cause.
    package subscript(cause: Rejection) -> UInt64 { counts[cause.rawValue] }

    /// The count of all causes.
    package var total: UInt64 { counts.reduce(0, +) }

    /// The causes that occurred, with their counts, in the order of `Rejection`.
    package var occurred: [(cause: Rejection, count: UInt64)] {
        Rejection.allCases.compactMap { counts[$0.rawValue] > 0 ? ($0, counts[$0.rawValue]) : nil }
    }

    /// Counts one more.
    package mutating func count(_ cause: Rejection) {
        counts[cause.rawValue] += 1
    }
}
