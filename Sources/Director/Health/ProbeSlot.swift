import Primitives

/// What the prober keeps of one target: what is believed, what is under way and when the next run begins.
struct ProbeSlot: Sendable {
    /// A run that is under way.
    struct Running: Hashable, Sendable {
        var run: ProbeRun
        var since: MonotonicInstant
        /// How late the shell was told that the time is up, once it was and has not answered yet.
        var lateness: Interval?
    }

    /// How often a target is tried in the time of one run while its results contradict what is believed.
    private static let tries = 4
    /// How far apart those tries begin at least.
    private static let leastStep = Interval.milliseconds(10)

    var entry: ProbeReport.Entry
    var counter: RiseFallCounter
    /// When the first run begins.
    let first: MonotonicInstant
    /// When the last one began.
    var lastStart: MonotonicInstant?
    /// What is under way, in the order of its beginning.
    var running: [Running] = []
    /// When the last run began that passed: what began before it and fails later is no news.
    var passedSince: MonotonicInstant?
    /// When the first of the runs began that have found nothing but silence, and how many those are.
    var silence: (since: MonotonicInstant, runs: Int)?
    /// Whether it decides nothing, and says nothing about who is heard.
    var isAside = false
    /// Tells the last deadline in the queue from those before it.
    var stamp: UInt64 = 0

    init(_ target: ProbeTarget, first: MonotonicInstant, at now: MonotonicInstant) {
        entry = ProbeReport.Entry(target: target, at: now)
        counter = RiseFallCounter(rise: target.rise, fall: target.fall)
        self.first = first
    }

    private var isContradicted: Bool {
        counter.isUnsure && counter.state != .unknown && entry.target.mayOverlap
    }

    /// Whether another run may begin beside those that are under way.
    var canStart: Bool {
        running.isEmpty || isContradicted && running.count <= Self.tries
    }

    /// When the next run begins, if it may.
    ///
    /// A machine that stood still does not make up for the runs that it missed.
    var next: MonotonicInstant {
        guard let lastStart else { return first }
        guard !isContradicted else {
            let step = max(Self.leastStep, entry.target.fastInterval / Int64(Self.tries))
            return lastStart + min(entry.target.fastInterval, step)
        }
        let isOpen = if case .inconclusive = entry.lastOutcome { true } else { counter.isUnsure }
        return lastStart + (isOpen ? entry.target.fastInterval : entry.target.interval)
    }

    /// When something is due: a run's end, or the beginning of the next.
    var deadline: MonotonicInstant? {
        var due = canStart ? next : nil
        for run in running where run.lateness == nil {
            let expiry = run.since + entry.target.timeout
            due = due.map { min($0, expiry) } ?? expiry
        }
        return due
    }
}
