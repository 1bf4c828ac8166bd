package import AgentProtocol
package import Health
package import PeerProtocol
package import Primitives

/// What happens to the cluster core.
package enum ClusterEvent: Hashable, Sendable {
    /// The process started.
    case started(ClusterSettings, bootIdentifier: BootIdentifier, programVersion: String)
    /// New settings, which replace the old ones whole.
    case configurationReplaced(ClusterSettings)
    /// The election stands differently.
    case electionReported(ElectionReport)
    /// The prober tells of a change, or of everything once a second.
    case probeReported(ProbeReport)
    /// The TLS connection of a dial stands and the key is the pinned one.
    case agentConnected(ConnectionIdentifier)
    /// Bytes came from an agent.
    case agentBytes(ConnectionIdentifier, [UInt8])
    /// A connection ended, or a dial failed; it comes once for every dial that was not closed by the core.
    case agentClosed(ConnectionIdentifier, reason: String)
    /// The other director told what it sees of the real servers; it replaces what it told before.
    case peerReported(director: String, [PeerOpinion], hasSameConfiguration: Bool = true)
    /// The dataplane thread looked at the kernel.
    case dataplaneReported(DataplaneReport)
    /// The operator decided something.
    case operatorCommand(OperatorCommand)
    /// These orders stood when the director ended, and these had ended before.
    case ordersRestored([OperatorOrder], withdrawn: [OrderWithdrawal] = [])
    /// The other director told of operators' orders; the clock is this director's, in milliseconds since 1970.
    case ordersShared([PeerOrder], clock: UInt64)
    /// Say goodbye to the agents; the kernel's table stays.
    case stopRequested
    /// The core's deadline was reached.
    case deadlineReached
}

/// What an operator may tell the core while it runs.
package enum OperatorCommand: Hashable, Sendable {
    /// Overrules everything that is known about a real server, or ends that.
    case setOverride(realServer: String, OperatorOverride)
    /// Stands until it expires or is withdrawn.
    case order(OperatorOrder)
    /// Ends the orders for a real server, in one service or everywhere: those about its weight, or the others.
    ///
    /// The clock is in milliseconds since 1970.
    case withdraw(realServer: String, service: String?, isWeight: Bool, clock: UInt64 = 0)
}
