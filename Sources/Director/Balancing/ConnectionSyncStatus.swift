package import Primitives

/// How far this director knows the connections of the other one.
package struct ConnectionSyncStatus: Hashable, Sendable {
    /// What the kernel's daemons of ours do.
    package enum Role: String, Hashable, Sendable, CaseIterable, Codable {
        /// None runs.
        case none
        /// This director forwards, and tells the other one.
        case master
        /// The other one forwards, and this one learns.
        case backup
        /// Each forwards for some virtual addresses.
        case both
    }

    /// What the daemons do.
    package var role: Role
    /// Since when.
    package var since: MonotonicInstant
    /// Whether a takeover now would keep the connections that are in use.
    package var isCaughtUp: Bool
    /// Why, in words.
    package var reason: String
    /// What the kernel refused.
    package var failures: [String] = []
    /// Daemons of others, which are not touched.
    package var foreign: [SyncDaemon] = []

    /// Makes a status.
    package init(role: Role, since: MonotonicInstant, isCaughtUp: Bool, reason: String) {
        self.role = role
        self.since = since
        self.isCaughtUp = isCaughtUp
        self.reason = reason
    }
}
