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
    /// The longest time between two answers to a machine that goes on claiming the addresses (RFC 5227 section 2.4,
    /// DEFEND_INTERVAL).
    package static let longestGap: Interval = .seconds(10)

    /// What is remembered of another machine's claims.
    private struct Dispute: Hashable, Sendable {
        /// How long after the last answer the next one is due.
        var gap: Interval
        /// When the last claim was heard.
        var claimedAt: MonotonicInstant
        /// When a claim was answered last.
        var answeredAt: MonotonicInstant
        /// When the next answer is due; nothing while no claim waits for one.
        var due: MonotonicInstant?

        /// After so long without a claim it is over: two that answer each other claim more often than that.
        var quietTime: Interval { max(.seconds(1), gap * 3) }
    }

    private var start: MonotonicInstant?
    private var next = 0
    private var due: MonotonicInstant?
    /// A token bucket of two, kept as the time at which it will be full again; every announcement takes a token.
    private var fullAt: MonotonicInstant?
    private var dispute: Dispute?

    /// Makes an announcer that is silent.
    package init() {}

    /// When the next announcement is due; nothing while silent.
    package var deadline: MonotonicInstant? { [due, dispute?.due].compactMap { $0 }.min() }

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

    /// Another machine claimed the addresses; nothing while silent.
    ///
    /// It is answered at once, and ever more rarely while it goes on. Two owners that answer each other at once, because
    /// they hear each other's claims and not each other's advertisements, would do so until somebody mends the link.
    package mutating func contest(at now: MonotonicInstant) {
        guard start != nil else { return }
        guard var known = dispute, now < known.claimedAt + known.quietTime else {
            dispute = Dispute(gap: Self.evidenceGap, claimedAt: now, answeredAt: now)
            evidence(at: now)
            return
        }
        known.claimedAt = now
        known.due = known.due ?? max(now, known.answeredAt + known.gap)
        dispute = known
    }

    /// Falls silent.
    package mutating func stop() {
        self = Announcer()
    }

    /// Whether an announcement is due; if so, the next one is scheduled.
    package mutating func takeDue(at now: MonotonicInstant) -> Bool {
        guard let start, let deadline, now >= deadline else { return false }
        // Bursts that addresses start are not throttled, and leave nothing to pay off.
        fullAt = min(max(now, fullAt ?? now) + Self.evidenceGap, now + Self.evidenceGap * 2)
        settleDispute(at: now)
        guard let due, now >= due else { return true }
        // A late wake-up skips what it missed: announcements back to back are worth no more than one.
        repeat { next += 1 } while next < Self.burst.count && start + Self.burst[next] <= now
        self.due = next < Self.burst.count ? start + Self.burst[next] : now + Self.refresh
        return true
    }

    /// Any announcement answers a claim that waits for it.
    private mutating func settleDispute(at now: MonotonicInstant) {
        guard var known = dispute, known.due != nil else { return }
        known.due = nil
        known.answeredAt = now
        known.gap = min(known.gap * 2, Self.longestGap)
        dispute = known
    }
}
