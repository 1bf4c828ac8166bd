/// What a real server is for in a service.
package enum PoolRole: String, Hashable, Sendable, CaseIterable, Codable {
    /// It serves whenever it can.
    case primary
    /// It serves when the primary servers alone do not meet the quorum.
    case backup
    /// It serves, alone, when the quorum is lost whatever the others do.
    case sorry
}
