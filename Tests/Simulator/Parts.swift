package import AgentCore
package import Primitives

/// What the world is built of: the shipped cores, any of which a test replaces by a faulty one.
package struct Parts {
    /// Makes a director's election.
    package var election: (_ director: Int, _ now: MonotonicInstant) -> any ElectionPart = { _, now in
        ShippedElection(at: now)
    }
    /// Makes a director's brain.
    package var cluster: (_ director: Int, _ seed: UInt64) -> any ClusterPart = { _, seed in
        ShippedCluster(seed: seed)
    }
    /// Makes a director's agreement with the other one.
    package var peer: (_ director: Int) -> any PeerPart = { _ in ShippedPeer() }
    /// Makes a director's planner.
    package var planner: (_ director: Int) -> any PlannerPart = { _ in ShippedPlanner() }
    /// Makes a web node's agent.
    package var agent: (AgentSettings, AgentIdentity, _ now: MonotonicInstant) -> any AgentPart = {
        ShippedAgent(settings: $0, identity: $1, at: $2)
    }

    /// The shipped parts.
    package init() {}
}
