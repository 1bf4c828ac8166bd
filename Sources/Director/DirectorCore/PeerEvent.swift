package import AgentProtocol
package import PeerProtocol

/// What happens to the peer core.
package enum PeerEvent: Hashable, Sendable {
    /// How the process ends.
    package enum Ending: Hashable, Sendable {
        /// For good as far as anybody knows: the addresses are handed over first.
        case stop
        /// To be started again at once: the addresses stay.
        case restart
    }

    /// The process started.
    case started(PeerSettings, bootIdentifier: BootIdentifier, programVersion: String)
    /// New settings are in force.
    case configurationReplaced(PeerSettings)
    /// A connection stands, and the other end has the pinned key.
    case connected(PeerConnection)
    /// Bytes came in.
    case bytes(PeerConnection, [UInt8])
    /// A connection, or the attempt to make one, ended.
    case closed(PeerConnection, reason: String)
    /// The election's picture.
    case electionReported(ElectionReport)
    /// Whether this director could serve.
    case readinessChanged(PeerReadiness, PeerState.ConnectionSync)
    /// What this director thinks of the real servers.
    case opinionsChanged([PeerOpinion])
    /// Who this director hears claim virtual addresses.
    case addressFindingsChanged([PeerAddressFinding])
    /// What operators ordered on either director, as far as this one knows.
    case ordersChanged([PeerOrder])
    /// The clock in milliseconds since 1970, now.
    case clockRead(UInt64)
    /// An operator wants the other director to take over.
    case failoverRequested(FailoverRequest)
    /// The successor in this handover has been told of the connections that stand, or cannot be told.
    case connectionsTold(handover: UInt64)
    /// The process shall end.
    case stopRequested(Ending)
    /// The core's deadline was reached.
    case deadlineReached
}
