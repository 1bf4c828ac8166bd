/// A change that rtnetlink announced.
package enum RouteEvent: Hashable, Sendable {
    /// Whether something came or went.
    package enum Change: Hashable, Sendable {
        case added
        case removed
    }

    /// An address was added, changed or removed.
    case address(Change, InterfaceAddress)
    /// An interface appeared or changed.
    case link(Link)
    /// The interface of this index is gone.
    case linkRemoved(Int32)
    /// Announcements were lost: everything has to be dumped again.
    case overflow

    /// Decodes an announcement; nothing for one that is about something else.
    package static func decode(_ frame: NetlinkFrame) throws(NetlinkMalformed) -> RouteEvent? {
        switch frame.type {
        case 16: try Link.decode(frame.payload).map(RouteEvent.link)
        case 17: try Link.decode(frame.payload).map { .linkRemoved($0.index) }
        case 20: try InterfaceAddress.decode(frame.payload).map { .address(.added, $0) }
        case 21: try InterfaceAddress.decode(frame.payload).map { .address(.removed, $0) }
        case NetlinkFrame.overrun: .overflow
        default: nil
        }
    }
}
