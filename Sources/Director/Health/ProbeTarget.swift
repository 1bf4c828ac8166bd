package import Primitives

/// One distinct thing to probe, however many services rely on it.
package struct ProbeTarget: Hashable, Sendable {
    /// What to do to what.
    package var check: ProbeCheck
    /// The time from the start of one run to the start of the next.
    package var interval: Interval
    /// The time between starts while the results contradict what is believed.
    package var fastInterval: Interval
    /// How long an answer may take.
    package var timeout: Interval
    /// How many failures in a row make it down.
    package var fall: Int
    /// How many successes in a row make it up.
    package var rise: Int

    /// Makes a target with the rhythm of the settings.
    package init(_ check: ProbeCheck, _ settings: ProbeSettings) {
        self.check = check
        interval = settings.interval
        fastInterval = settings.fastInterval ?? settings.interval
        timeout = settings.timeout
        fall = settings.fall
        rise = settings.rise
    }

    /// Whether several runs may be under way at a time: not where each is a program of somebody else's.
    package var mayOverlap: Bool {
        if case .real(.command, _, _) = check { false } else { true }
    }
}
