package import Primitives

/// When to announce that the addresses are here: a burst with growing gaps, then a refresh every minute.
///
/// One lost burst of back-to-back announcements costs minutes of stale caches; spaced ones survive a bridge that
/// takes a moment to forward and a peer that lets go late.
package struct Announcer: Hashable, Sendable {
    /// The times of a burst, counted from its start.
    package static let burst: [Interval] = [
        .zero, .milliseconds(100), .milliseconds(300), .seconds(1), .seconds(3),
    ]
    /// The gap between refreshes after the burst.
    package static let refresh: Interval = .seconds(60)
    /// Evidence of another owner, however much of it, starts at most one burst in this time.
    package static let evidenceGap: Interval = .milliseconds(100)

    private var start: MonotonicInstant?
    private var next = 0
    private var due: MonotonicInstant?
    private var last: MonotonicInstant?

    /// Makes an announcer that is silent.
    package init() {}

    /// When the next announcement is due; nothing while silent.
    package var deadline: MonotonicInstant? { due }

    /// Starts a burst with an announcement at once.
    package mutating func begin(at now: MonotonicInstant) {
        start = now
        next = 0
        due = now
    }

    /// Starts the burst again because another owner was seen; nothing while silent.
    package mutating func evidence(at now: MonotonicInstant) {
        guard start != nil else { return }
        begin(at: last.map { max(now, $0 + Self.evidenceGap) } ?? now)
    }

    /// Falls silent.
    package mutating func stop() {
        self = Announcer()
    }

    /// Whether an announcement is due; if so, the next one is scheduled.
    package mutating func takeDue(at now: MonotonicInstant) -> Bool {
        guard let start, let due, now >= due else { return false }
        last = now
        // A late wake-up skips what it missed: announcements back to back are worth no more than one.
        repeat { next += 1 } while next < Self.burst.count && start + Self.burst[next] <= now
        self.due = next < Self.burst.count ? start + Self.burst[next] : now + Self.refresh
        return true
    }
}
