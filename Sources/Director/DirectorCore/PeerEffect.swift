package import PeerProtocol
package import Primitives

/// What the peer core wants done, in order.
package enum PeerEffect: Hashable, Sendable {
    /// Accept the peer at this port and no other; nothing means not to listen at all.
    case listen(port: UInt16, KeyFingerprint)
    /// Accept nobody any more.
    case stopListening
    /// Connect to the peer.
    case dial(PeerConnection, Endpoint, KeyFingerprint)
    /// Send bytes to the peer.
    case send(PeerConnection, [UInt8])
    /// Close a connection; it is not heard of again.
    case close(PeerConnection)
    /// Ask the election for something.
    case election(ElectionOrder)
    /// Tell the successor of the connections to the addresses of these routers, until then at the latest, and say
    /// `connectionsTold` with this handover's identifier once it knows those that stand now.
    case tellConnections(handover: UInt64, routers: [String], until: MonotonicInstant)
    /// The peer tells of operators' orders; what this director knows better is to be left.
    case orders([PeerOrder])
    /// Tell the operator who asked for a failover what became of it.
    case answer(token: UInt64, succeeded: Bool, String)
    /// Something changed that an operator reads in the log.
    case log(StatusChange)
    /// The process may end: what it held is handed over, or nobody takes it.
    case stopReady
}
