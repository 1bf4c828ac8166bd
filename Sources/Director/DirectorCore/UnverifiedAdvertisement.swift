package import Primitives
package import VRRP

extension ElectionReport {
    /// An advertisement whose sender is not known to hold the key.
    package struct UnverifiedAdvertisement: Hashable, Sendable {
        /// Where it says that it comes from.
        package var source: IPAddress
        /// The link-layer address that sent it, where that was seen.
        package var mac: MACAddress?
        /// Why it could not be verified.
        package var cause: AuthenticityCause
        /// The priority that it claims.
        package var priority: UInt8
        /// Whether it was dropped; otherwise it counted, because nothing is enforced yet.
        package var isRefused: Bool
        /// When it was first seen.
        package var firstSeen: MonotonicInstant
        /// When it was last seen.
        package var lastSeen: MonotonicInstant
        /// How often it was seen.
        package var count: UInt64

        /// Whether another one differs in times and count alone.
        package func isSameSender(as other: UnverifiedAdvertisement) -> Bool { withoutCounts == other.withoutCounts }

        /// The same without times and count.
        var withoutCounts: UnverifiedAdvertisement {
            var copy = self
            copy.firstSeen = MonotonicInstant(nanoseconds: 0)
            copy.lastSeen = copy.firstSeen
            copy.count = 1
            return copy
        }
    }
}

extension ElectionReport.UnverifiedAdvertisement: CustomStringConvertible {
    package var description: String {
        let sender = mac.map { "\(source) at \($0)" } ?? "\(source)"
        return "priority \(priority) from \(sender): \(cause), \(count) time(s), \(isRefused ? "refused" : "accepted")"
    }
}
