/// Why an advertisement is not known to come from a holder of the key.
package enum AuthenticityCause: Int, Hashable, Sendable, CaseIterable {
    /// It has no trailer.
    case missing
    /// What follows the message is no trailer.
    case malformed
    /// No key has the number that the trailer names.
    case unknownKey
    /// The code is not the key's: another secret, another source, or another content.
    case invalid
    /// The stamp is too far from the time.
    case stale
    /// The stamp was used before, or is older than one that was.
    case replay
}

/// How many advertisements were verified, and how many were not, by cause.
package struct AuthenticityCounts: Hashable, Sendable {
    private var counts = [UInt64](repeating: 0, count: AuthenticityCause.allCases.count)
    /// Advertisements that were verified.
    package var verified: UInt64 = 0

    /// Nothing judged yet.
    package init() {}

    /// The count of one cause.
    package subscript(cause: AuthenticityCause) -> UInt64 { counts[cause.rawValue] }

    /// The causes that occurred, with their counts, in the order of `AuthenticityCause`.
    package var occurred: [(cause: AuthenticityCause, count: UInt64)] {
        AuthenticityCause.allCases.compactMap { counts[$0.rawValue] > 0 ? ($0, counts[$0.rawValue]) : nil }
    }

    /// Counts one more.
    package mutating func count(_ cause: AuthenticityCause) {
        counts[cause.rawValue] += 1
    }
}
