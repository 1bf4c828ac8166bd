internal import AgentProtocol

/// When and on which director an order was given: of two orders about the same thing the later one counts.
///
/// Two orders of the same moment are told apart by the director's name, so that both directors choose the same one.
package struct OrderStamp: Hashable, Sendable, Comparable {
    /// Milliseconds since 1970 by the director's clock; 0 of an order that was given before orders had stamps.
    package var time: UInt64
    /// The director's name; empty where there is no other director.
    package var director: String

    /// The latest time that is believed: far enough for every clock, and no sum with it overflows.
    package static let latest: UInt64 = 1 << 42

    /// Makes a stamp; the name is shortened to what may travel.
    package init(time: UInt64 = 0, director: String = "") {
        self.time = min(time, Self.latest)
        self.director = Limits.printable(director, bytes: PeerLimits.name)
    }

    package static func < (left: OrderStamp, right: OrderStamp) -> Bool {
        (left.time, left.director) < (right.time, right.director)
    }
}
