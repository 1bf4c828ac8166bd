/// What the agent tells an operator, every age in milliseconds.
package struct AgentStatus: Hashable, Sendable, Codable {
    /// A virtual address.
    package struct Address: Hashable, Sendable, Codable {
        package var address: String
        /// `held`, `missing`, `refused` or `withdrawing`.
        package var state: String
        package var reason: String
        package var wantedBy: [String]
        package var isOurs: Bool
    }

    /// A fact about the node.
    package struct Fact: Hashable, Sendable, Codable {
        package var kind: String
        package var subject: String
        package var verdict: String
        package var evidence: String
        /// For how long the verdict has stood.
        package var age: Int64
    }

    /// A configured director.
    package struct Director: Hashable, Sendable, Codable {
        package var name: String
        package var fingerprint: String
        package var isConnected: Bool
        package var remote: String?
        package var programVersion: String?
        package var connectedFor: Int64?
        package var lastHeardAge: Int64?
        package var heartbeatInterval: Int64?
        package var generation: UInt64?
        package var view: [Weight]
        package var viewAge: Int64?
    }

    /// What a director gives the node in one service.
    package struct Weight: Hashable, Sendable, Codable {
        package var service: String
        package var weight: UInt32
        package var reason: String
    }

    /// Something that could not be done.
    package struct Failure: Hashable, Sendable, Codable {
        package var subject: String
        package var reason: String
    }

    package var name: String
    package var programVersion: String
    package var bootIdentifier: String
    /// `starting`, `running`, `draining`, `removing`, `released` or `stopped`.
    package var phase: String
    package var phaseAge: Int64
    /// `none`, `drain` or `maintenance`: how the operator of the node holds it back.
    package var hold: NodeHold
    package var runningFor: Int64
    package var isListening: Bool
    package var addresses: [Address]
    package var services: [String]
    package var facts: [Fact]
    package var directors: [Director]
    package var failures: [Failure]
    package var statistics: AgentStatistics
}
