/// What happened on a peer link.
package enum PeerSessionEvent: Hashable, Sendable {
    /// The other director's Hello came.
    case connected(PeerHello)
    /// Its state changed; the session holds it.
    case stateChanged(PeerState)
    /// Its opinions changed; the session holds them.
    case opinionsChanged
    /// What it hears of the virtual addresses changed; the session holds it.
    case addressFindingsChanged
    /// Three heartbeats were missed.
    case silent
    /// A silent peer was heard again.
    case heard
    /// It speaks of a handover.
    case handover(HandoverMessage)
    /// It tells of operators' orders, among them perhaps some that it has told before.
    case orders([PeerOrder])
    /// It closes the link on purpose.
    case goodbye(PeerGoodbye)
}
