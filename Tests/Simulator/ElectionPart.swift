package import DirectorCore
package import Primitives

/// What the world runs as a director's election: the shipped core, or a faulty one that a test puts in its place.
package protocol ElectionPart: AnyObject {
    /// When it wants to be woken.
    var deadline: MonotonicInstant? { get }
    /// Takes an event and says what follows from it.
    func handle(_ event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect]
}

/// The shipped election.
package final class ShippedElection: ElectionPart {
    private var core: ElectionCore

    /// Makes an election that was not started yet.
    package init(at now: MonotonicInstant) {
        core = ElectionCore()
    }

    package var deadline: MonotonicInstant? { core.deadline }

    package func handle(_ event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect] {
        core.handle(event, at: now)
    }
}
