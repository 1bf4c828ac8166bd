internal import Primitives

/// When systemd's watchdog is fed: only if every loop has completed a turn since the last time.
struct WatchdogSchedule {
    private let interval: Interval?
    private var due: MonotonicInstant
    private var fedAt: [UInt64]?

    init(interval: Interval?, now: MonotonicInstant) {
        self.interval = interval
        due = now
    }

    /// When to look again; never if nobody watches.
    var deadline: MonotonicInstant? { interval == nil ? nil : due }

    /// Whether the watchdog may be fed now.
    mutating func isDue(at now: MonotonicInstant, completedTurns: [UInt64]) -> Bool {
        guard let interval, due <= now else { return false }
        if let fedAt, !zip(fedAt, completedTurns).allSatisfy({ $0 < $1 }) {
            // Somebody has not turned: look again soon, and let systemd decide if it stays so.
            due = now + .milliseconds(100)
            return false
        }
        fedAt = completedTurns
        due = now + interval
        return true
    }
}
