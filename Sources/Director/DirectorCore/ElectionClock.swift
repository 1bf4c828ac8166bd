import Primitives
import VRRP

/// The wall clock as the shell last read it, for stamps alone: nothing is timed by it.
struct ElectionClock {
    /// What the clock was read as.
    private let read: (realTime: Int64, at: MonotonicInstant)
    /// What stamps continue from: a clock that is set back does not take them back.
    private let anchor: (realTime: Int64, at: MonotonicInstant)

    /// Makes a clock of a reading.
    init(realTimeNanoseconds: Int64, at now: MonotonicInstant, after previous: ElectionClock?) {
        read = (realTimeNanoseconds, now)
        let continued = previous.map { $0.stamp(at: now).nanoseconds } ?? realTimeNanoseconds
        anchor = (max(continued, realTimeNanoseconds), now)
    }

    /// The wall clock's time.
    func realTime(at now: MonotonicInstant) -> Int64 { read.realTime + (now - read.at).nanoseconds }

    /// The time to sign with.
    func stamp(at now: MonotonicInstant) -> AuthenticityTrailer.Stamp {
        AuthenticityTrailer.Stamp(nanoseconds: anchor.realTime + (now - anchor.at).nanoseconds)
    }
}
