import Health

/// The other director, as the status shows it; every age is in milliseconds.
package struct PeerStatus: Hashable, Sendable, Codable {
    /// How the link stands.
    package enum LinkState: String, Hashable, Sendable, CaseIterable, Codable {
        /// The peer answers.
        case connected
        /// It has missed three heartbeats.
        case silent
        /// There is no connection.
        case unreachable
    }

    /// A virtual router as the peer tells of it.
    package struct Router: Hashable, Sendable, Codable {
        /// Its name.
        package var name: String
        /// `initialize`, `backup` or `active`.
        package var state: String
        /// Its priority there.
        package var priority: Int
        /// How long the state has stood.
        package var age: Int64
    }

    /// The last handover that was tried.
    package struct LastHandover: Hashable, Sendable, Codable {
        /// The virtual routers.
        package var routers: [String]
        /// Why it was wanted.
        package var cause: String
        /// Whether it took place.
        package var succeeded: Bool
        /// What became of it.
        package var outcome: String
        /// How long ago.
        package var age: Int64
    }

    /// Its configured name.
    package var name: String
    /// Where it is.
    package var address: String
    /// How the link stands.
    package var link: LinkState
    /// How long.
    package var age: Int64
    /// Why there is no link.
    package var evidence: String
    /// Its version.
    package var version: String?
    /// Which of its configurations is in force, counted since its start.
    package var configurationGeneration: UInt64?
    /// Whether it could take over now; nothing while it does not answer.
    package var isReady: Bool?
    /// What it is lacking.
    package var reasons: [String]
    /// Its virtual routers.
    package var routers: [Router]
    /// The handover that is under way.
    package var handover: String?
    /// The last one.
    package var lastHandover: LastHandover?
    /// Virtual routers that an operator moved, and that stay until told otherwise.
    package var movedByOperator: [String]
    /// What is not as it should be.
    package var findings: [String]
    /// Who it hears claim virtual addresses that are not theirs; a diagnosis, by which no weight changes here.
    package var addressFindings: [AddressFindingStatus]
}
