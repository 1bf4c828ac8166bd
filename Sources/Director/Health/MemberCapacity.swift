/// What share of a real server's capacity a service may count on.
package enum MemberCapacity: Hashable, Sendable {
    /// All of it: nobody says otherwise.
    case unsaid
    /// Its agent was not heard yet.
    case awaited
    /// Its agent offers so many percent, by what it measured.
    case offered(UInt8, evidence: String)

    /// The part of a weight that follows, at least 1 of any that is not 0: load takes no server out.
    package func share(of weight: UInt32) -> UInt32 {
        guard case .offered(let percent, _) = self, weight > 0 else { return weight }
        return max(1, UInt32((UInt64(weight) * UInt64(min(percent, 100)) + 50) / 100))
    }
}
