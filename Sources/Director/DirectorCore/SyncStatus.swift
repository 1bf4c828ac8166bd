import Balancing

/// Connection synchronization, as the status shows it.
package struct SyncStatus: Hashable, Sendable, Codable {
    /// What the kernel's daemons of ours do: `none`, `master`, `backup` or `both`.
    package var role: String
    /// How long they have done so.
    package var age: Int64
    /// Whether a takeover now would keep the connections that are in use.
    package var isCaughtUp: Bool
    /// Why, in words.
    package var reason: String
    /// What the kernel refused, and daemons of others.
    package var findings: [String]
}

extension SyncStatus {
    /// The status with its age.
    init(_ status: ConnectionSyncStatus, age: Int64) {
        let foreign = status.foreign.map { "not ours, so not touched: \($0)" }
        self.init(
            role: status.role.rawValue,
            age: age,
            isCaughtUp: status.isCaughtUp,
            reason: status.reason,
            findings: status.failures.map { "refused: \($0)" } + foreign,
        )
    }
}
