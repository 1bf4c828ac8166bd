/// A message of the peer link.
package enum PeerMessage: Hashable, Sendable {
    case hello(PeerHello)
    case state(PeerState)
    case health(PeerHealth)
    case heartbeat(PeerHeartbeat)
    case handover(HandoverMessage)
    case goodbye(PeerGoodbye)
    case orders([PeerOrder])
    case addressFindings([PeerAddressFinding])

    /// The type octet of a frame.
    package enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        case hello = 1
        case state = 2
        case health = 3
        case heartbeat = 4
        case handover = 5
        case goodbye = 6
        case orders = 7
        case addressFindings = 8
    }

    /// The message's type.
    package var kind: Kind {
        switch self {
        case .hello: .hello
        case .state: .state
        case .health: .health
        case .heartbeat: .heartbeat
        case .handover: .handover
        case .goodbye: .goodbye
        case .orders: .orders
        case .addressFindings: .addressFindings
        }
    }
}
