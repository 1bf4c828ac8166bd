package import Primitives

/// The ramp of a real server's weight after it was out of service, so that cold caches do not meet the full load.
///
/// The weight rises in steps, never falls, and reaches its full value when the duration has passed.
package struct SlowStart: Hashable, Sendable {
    /// How long the ramp is and what shape it has.
    package struct Settings: Hashable, Sendable {
        /// The exponents that a ramp may have.
        package static let exponents = 1...5

        /// From the first new connection to the full weight.
        package var duration: Interval
        /// The power of the time that the weight follows: 1 is a straight line, more is a gentler beginning.
        package var exponent: Int

        /// Makes the settings of a ramp.
        package init(duration: Interval, exponent: Int = 1) {
            precondition(duration > .zero && Self.exponents.contains(exponent), "a ramp takes time and has a shape")
            self.duration = duration
            self.exponent = exponent
        }
    }

    /// How many changes of weight a ramp has at most: each is a message to the kernel.
    package static let steps: Int64 = 20
    /// The smallest full weight with which a ramp is worth its name.
    package static let finestWeight: UInt32 = 16

    private let settings: Settings
    private var start: MonotonicInstant

    /// Starts a ramp.
    package init(_ settings: Settings, at now: MonotonicInstant) {
        self.settings = settings
        start = now
    }

    /// Continues a ramp that had come to a weight: that of its latest step which is no more.
    package init(_ settings: Settings, continuing weight: UInt32, of full: UInt32, at now: MonotonicInstant) {
        self.init(settings, at: now)
        let step = (0..<Self.steps).last { self.weight(of: full, at: start + beginning(of: $0)) <= weight } ?? 0
        start = now - beginning(of: step)
    }

    /// When the full weight is reached.
    package var end: MonotonicInstant { start + settings.duration }

    /// The weight at a time; at least 1 of any that is not 0.
    package func weight(of full: UInt32, at now: MonotonicInstant) -> UInt32 {
        guard now < end else { return full }
        var (share, whole): (UInt64, UInt64) = (1, 1)
        for _ in 0..<settings.exponent {
            share *= UInt64(step(at: now))
            whole *= UInt64(Self.steps)
        }
        return min(full, max(1, UInt32(UInt64(full) * share / whole)))
    }

    /// When the next step is due; nothing once the full weight is reached.
    package func deadline(after now: MonotonicInstant) -> MonotonicInstant? {
        guard now < end else { return nil }
        let next = step(at: now) + 1
        return next >= Self.steps ? end : start + beginning(of: next)
    }

    /// Which step it is, counted from 0.
    private func step(at now: MonotonicInstant) -> Int64 {
        guard now >= start else { return 0 }
        var step = min(Self.steps - 1, (now - start).nanoseconds / max(1, settings.duration.nanoseconds / Self.steps))
        // The length of a step is rounded, its beginning is not.
        while step > 0, start + beginning(of: step) > now { step -= 1 }
        while step < Self.steps - 1, start + beginning(of: step + 1) <= now { step += 1 }
        return step
    }

    private func beginning(of step: Int64) -> Interval {
        // In milliseconds and a remainder, so that days do not overflow.
        .nanoseconds(
            settings.duration.nanoseconds / Self.steps * step + settings.duration.nanoseconds % Self.steps * step
                / Self.steps
        )
    }
}
