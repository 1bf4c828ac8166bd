import Primitives

/// A machine's own monotonic clock: it starts anywhere, runs a little too fast or too slow, and may leap.
final class NodeClock {
    /// What it showed when the world began.
    let offset: Interval
    /// How many millionths it is too fast.
    let partsPerMillion: Int64
    /// By how much it has leapt since.
    private var leapt = Interval.zero

    /// Makes a clock.
    init(offset: Interval, partsPerMillion: Int64) {
        self.offset = offset
        self.partsPerMillion = partsPerMillion
    }

    /// Shows a later time from now on.
    func leap(by interval: Interval) { leapt = leapt + interval }

    /// What it shows at a time of the world.
    func local(_ world: MonotonicInstant) -> MonotonicInstant {
        world + .nanoseconds(world.nanoseconds * partsPerMillion / 1_000_000) + offset + leapt
    }

    /// The first time of the world at which it shows this or later.
    func world(_ local: MonotonicInstant) -> MonotonicInstant {
        let shown = (local - offset - leapt).nanoseconds
        var guess = MonotonicInstant(nanoseconds: shown - shown * partsPerMillion / 1_000_000)
        while self.local(guess) < local { guess = guess + (local - self.local(guess)) }
        return guess
    }
}
