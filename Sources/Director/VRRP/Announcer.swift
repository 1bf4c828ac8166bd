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
    /// Evidence of another owner, however much of it, starts at most one burst in this time, and one beyond that.
    ///
    /// The one beyond is for the last word of an owner that lets go: it comes a moment after its successor's first
    /// announcement, and the neighbours believe it until it is answered. A forger gains one frame from it, once.
    package static let evidenceGap: Interval = .milliseconds(100)

    private var start: MonotonicInstant?
    private var next = 0
    private var due: MonotonicInstant?
    /// A token bucket of two, kept as the time at which it will be full again; every announcement takes a token.
    private var fullAt: MonotonicInstant?

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
        begin(at: fullAt.map { max(now, $0 - Self.evidenceGap) } ?? now)
    }

    /// Falls silent.
    package mutating func stop() {
        self = Announcer()
    }

    /// Whether an announcement is due; if so, the next one is scheduled.
    package mutating func takeDue(at now: MonotonicInstant) -> Bool {
        guard let start, let due, now >= due else { return false }
        // Bursts that addresses start are not throttled, and leave nothing to pay off.
        fullAt = min(max(now, fullAt ?? now) + Self.evidenceGap, now + Self.evidenceGap * 2)
        // A late wake-up skips what it missed: announcements back to back are worth no more than one.
        repeat { next += 1 } while next < Self.burst.count && start + Self.burst[next] <= now
        self.due = next < Self.burst.count ? start + Self.burst[next] : now + Self.refresh
        return true
    }
}
