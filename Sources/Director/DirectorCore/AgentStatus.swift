package import Health

/// An agent's part of the status.
package struct AgentStatus: Hashable, Sendable, Codable {
    /// How its link stands.
    package enum State: String, Hashable, Sendable, CaseIterable, Codable {
        /// No agent is configured.
        case notConfigured = "not-configured"
        /// Never heard in this director's life.
        case neverHeard = "never-heard"
        /// Heard within three heartbeats.
        case connected
        /// Not heard for three heartbeats.
        case stale
    }

    /// A fact with its age.
    package struct Fact: Hashable, Sendable, Codable {
        /// What it speaks of: `vip-bound`.
        package var kind: String
        /// What it is true of.
        package var subject: String
        /// `holds`, `violated` or `unknown`.
        package var verdict: String
        /// What was seen.
        package var evidence: String
        /// How long the verdict has stood.
        package var age: Int64
    }

    /// How its link stands.
    package var state: State
    /// Why.
    package var reason: Reason
    /// What was seen, such as why the last connection ended.
    package var evidence: String
    /// How long it has been so.
    package var age: Int64
    /// When the last message came.
    package var lastHeardAge: Int64?
    /// The agent's own name.
    package var name: String?
    /// The agent's program version.
    package var version: String?
    /// The share of its capacity that the node offers, in percent.
    package var capacity: Int?
    /// What it said last, sorted by subject and kind.
    package var facts: [Fact]
}
