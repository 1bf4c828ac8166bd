package import SystemPackage

/// Why a link, or the attempt to make one, ended.
package enum LinkClosure: Hashable, Sendable {
    /// The other end closed it.
    case closedByPeer
    /// The owner closed it.
    case closedByOwner
    /// The other end's key is no longer pinned.
    case keyRemoved
    /// The same key has opened newer links.
    case superseded
    /// The other end does not read what it is sent.
    case slowPeer
    /// So much waited to be sent that bytes had to be dropped.
    case overrun
    /// It was dialled, and nobody answered in time.
    case connectTimedOut
    /// It was dialled, and connecting failed.
    case unreachable(Errno)
    /// It was dialled, and never became a link.
    case refused(LinkRefusal)
    /// Reading or writing failed.
    case failed(Errno)
    /// What arrived breaks TLS.
    case brokenStream
}

extension LinkClosure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .closedByPeer: "closed by the other end"
        case .closedByOwner: "closed here"
        case .keyRemoved: "its key was removed from the configuration"
        case .superseded: "replaced by a newer link with the same key"
        case .slowPeer: "the other end does not read what it is sent"
        case .overrun: "more was sent than this machine keeps up with"
        case .connectTimedOut: "no answer to the connection attempt"
        case .unreachable(let errno): "connecting failed: \(errno)"
        case .refused(let refusal): refusal.rawValue
        case .failed(let errno): "failed: \(errno)"
        case .brokenStream: "what arrived is no valid TLS"
        }
    }
}
