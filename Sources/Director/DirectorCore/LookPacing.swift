package import Primitives

/// How soon the kernel is looked at again because of its announcements.
///
/// The thread that looks runs in real time: a machine that changes addresses all the time, or has so many that a look takes
/// long, must not be able to keep it busy. It rests four times as long as it has worked.
package struct LookPacing: Hashable, Sendable {
    /// The least time between a look and one that only announcements ask for.
    package static let minimum = Interval.milliseconds(10)

    private var quietUntil: MonotonicInstant?

    /// Makes the pacing of somebody who has not looked yet.
    package init() {}

    /// Takes note of a look.
    package mutating func looked(from begin: MonotonicInstant, to end: MonotonicInstant) {
        quietUntil = end + max(Self.minimum, (end - begin) * 4)
    }

    /// When to look after an announcement.
    package func look(afterAnnouncementAt now: MonotonicInstant) -> MonotonicInstant {
        quietUntil.map { max($0, now) } ?? now
    }
}
