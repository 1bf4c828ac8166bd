import Primitives

/// A machine's own monotonic clock: it starts anywhere and runs a little too fast or too slow.
struct NodeClock: Sendable {
    /// What it showed when the world began.
    let offset: Interval
    /// How many millionths it is too fast.
    let partsPerMillion: Int64

    /// Makes a clock.
    init(offset: Interval, partsPerMillion: Int64) {
        self.offset = offset
        self.partsPerMillion = partsPerMillion
    }

    /// What it shows at a time of the world.
    func local(_ world: MonotonicInstant) -> MonotonicInstant {
        world + .nanoseconds(world.nanoseconds / 1_000_000 * partsPerMillion) + offset
    }

    /// The first time of the world at which it shows this or later.
    func world(_ local: MonotonicInstant) -> MonotonicInstant {
        let shown = (local - offset).nanoseconds
        var guess = MonotonicInstant(nanoseconds: shown - shown / 1_000_000 * partsPerMillion)
        while self.local(guess) < local { guess = guess + (local - self.local(guess)) }
        return guess
    }
}
