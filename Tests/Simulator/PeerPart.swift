package import DirectorCore
package import Primitives

/// What the world runs as a director's agreement with the other one: the shipped core, or a faulty one.
package protocol PeerPart: AnyObject {
    /// When it wants to be woken.
    var deadline: MonotonicInstant? { get }
    /// Takes an event and says what follows from it.
    func handle(_ event: PeerEvent, at now: MonotonicInstant) -> [PeerEffect]
}

/// The shipped agreement.
package final class ShippedPeer: PeerPart {
    private var core = PeerCore()

    /// Makes an agreement that waits for its start.
    package init() {}

    package var deadline: MonotonicInstant? { core.deadline }

    package func handle(_ event: PeerEvent, at now: MonotonicInstant) -> [PeerEffect] { core.handle(event, at: now) }
}
