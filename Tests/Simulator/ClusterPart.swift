package import DirectorCore
package import Primitives

/// What the world runs as a director's brain.
package protocol ClusterPart: AnyObject {
    /// When it wants to be woken.
    var deadline: MonotonicInstant? { get }
    /// Takes an event and says what follows from it.
    func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect]
    /// What an operator would be shown.
    func status(at now: MonotonicInstant) -> ClusterStatus
}

/// The shipped brain.
package final class ShippedCluster: ClusterPart {
    private var core: ClusterCore

    /// Makes a brain that draws its jitter from a seed.
    package init(seed: UInt64) {
        core = ClusterCore(seed: seed)
    }

    package var deadline: MonotonicInstant? { core.deadline }

    package func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect] {
        core.handle(event, at: now)
    }

    package func status(at now: MonotonicInstant) -> ClusterStatus { core.status(at: now) }
}
