package import Primitives

/// Keeps a real server that goes up and down out of service for longer each time, and forgets with time.
///
/// Every failure is remembered; one is forgotten each time that none came for so long. A recovery after more than the
/// free failures has to last before it counts.
package struct HoldDown: Hashable, Sendable {
    /// What a failure costs.
    package struct Settings: Hashable, Sendable {
        /// How many remembered failures cost nothing: a service that is restarted is not one that flaps.
        package var free: Int
        /// How long the first recovery that counts is held.
        package var first: Interval
        /// How long any recovery is held at most; each failure doubles it up to this.
        package var maximum: Interval
        /// How long without a failure it takes to forget one.
        package var forget: Interval

        /// Makes the settings of a hold-down.
        package init(
            free: Int = 2,
            first: Interval = .seconds(2),
            maximum: Interval = .seconds(60),
            forget: Interval = .seconds(30),
        ) {
            precondition(free >= 0 && first > .zero && maximum >= first && forget > .zero, "a hold-down takes time")
            self.free = free
            self.first = first
            self.maximum = maximum
            self.forget = forget
        }
    }

    /// The failures that are remembered, as of the last one.
    private var failures = 0
    private var lastFailure = MonotonicInstant(nanoseconds: 0)
    /// Until when its recovery does not count; nothing while it need not be waited for.
    package private(set) var heldUntil: MonotonicInstant?

    /// Makes the memory of a real server that never failed.
    package init() {}

    /// The failures that are remembered at a time.
    package func failures(at now: MonotonicInstant, _ settings: Settings) -> Int {
        let forgotten = (now - lastFailure).nanoseconds / settings.forget.nanoseconds
        return failures - Int(min(Int64(failures), max(0, forgotten)))
    }

    /// It went down.
    package mutating func failed(at now: MonotonicInstant, _ settings: Settings) {
        // More failures than the longest hold-down takes are not remembered, so that it decays in bounded time.
        var limit = settings.free + 1
        while limit < settings.free + 32, Self.hold(limit, settings) < settings.maximum { limit += 1 }
        failures = min(failures(at: now, settings) + 1, limit)
        lastFailure = now
        heldUntil = nil
    }

    /// It came up again.
    package mutating func recovered(at now: MonotonicInstant, _ settings: Settings) {
        let hold = Self.hold(failures(at: now, settings), settings)
        heldUntil = hold > .zero ? now + hold : nil
    }

    /// Whether its recovery does not count yet.
    package func isHeld(at now: MonotonicInstant) -> Bool { heldUntil.map { now < $0 } ?? false }

    private static func hold(_ failures: Int, _ settings: Settings) -> Interval {
        guard failures > settings.free else { return .zero }
        var hold = settings.first
        for _ in (settings.free + 1)..<max(failures, settings.free + 1) where hold < settings.maximum {
            hold = min(hold * 2, settings.maximum)
        }
        return hold
    }
}
