package import Health

/// A real server's part in a service, as the status shows it.
package struct DestinationStatus: Hashable, Sendable, Codable {
    /// The real server's name, or its endpoint if it is no longer configured.
    package var realServer: String
    /// The real endpoint.
    package var endpoint: String
    /// What it is.
    package var state: DestinationState
    /// Why.
    package var reason: Reason
    /// What was seen.
    package var evidence: String
    /// How long it has been so.
    package var age: Int64
    /// The weight that it shall have; nothing while the kernel's is kept.
    package var weightWanted: Int?
    /// The weight that the kernel has; nothing if the kernel has no such destination.
    package var weightApplied: Int?
    /// The kernel's count of established connections.
    package var activeConnections: Int?
    /// The kernel's count of other connections.
    package var inactiveConnections: Int?
    /// What it is for.
    package var role = PoolRole.primary
    /// Whether it would serve well, whatever was decided about its use.
    package var health = Verdict.State.unknown
    /// Why.
    package var healthReason = Reason.awaitingResults
    /// What else is wrong with it.
    package var furtherReasons: [Reason] = []
    /// Whether somebody keeps it from new connections on purpose.
    package var administrative = AdministrativeState.inService
    /// What the other director says that it is there; nothing without a word from it.
    package var peerState: String?
}
