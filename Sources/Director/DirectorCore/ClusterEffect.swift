package import Balancing
package import Health
package import Primitives

/// What the cluster core wants done, in order.
package enum ClusterEffect: Hashable, Sendable {
    /// Make the kernel's table this one.
    case desire(DesiredTable)
    /// Send bytes on an agent link.
    case sendAgentBytes(ConnectionIdentifier, [UInt8])
    /// Close an agent link, or give up its dial; bytes sent before still go out.
    case closeAgent(ConnectionIdentifier)
    /// Connect to an agent under this identifier, accepting this key alone.
    case dial(ConnectionIdentifier, realServer: String, Endpoint, KeyFingerprint)
    /// Probe this and nothing else.
    case probe(ProbeDemand)
    /// Keep these orders over a restart, and which ended; they replace those kept before. The other director is told of
    /// what is new to it.
    case remember([OperatorOrder], withdrawn: [OrderWithdrawal])
    /// The services are served in another way than before; one entry for each service, in the file's order.
    case availability([ServiceAvailability])
    /// What the other director is told of real servers, with the next heartbeat, may be other than before, though nothing
    /// was decided: the last connection of a node that is drained has ended, or one has come.
    case opinionsOutdated
    /// Write an entry to the log.
    case log(StatusChange)
    /// Everything that `stopRequested` asked for is done.
    case stopped
}
