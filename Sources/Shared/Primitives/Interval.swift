/// A length of time in nanoseconds, which may be negative.
package struct Interval: Hashable, Comparable, Sendable {
    /// The length in nanoseconds.
    package var nanoseconds: Int64

    /// Makes an interval of so many nanoseconds.
    package init(nanoseconds: Int64) {
        self.nanoseconds = nanoseconds
    }

    /// No time at all.
    package static let zero = Interval(nanoseconds: 0)

    /// An interval of so many nanoseconds.
    package static func nanoseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count) }

    /// An interval of so many microseconds.
    package static func microseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000) }

    /// An interval of so many milliseconds.
    package static func milliseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000) }

    /// An interval of so many centiseconds, the unit of VRRP version 3 (RFC 9568 section 5.2.7).
    package static func centiseconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 10_000_000) }

    /// An interval of so many seconds.
    package static func seconds(_ count: Int64) -> Interval { Interval(nanoseconds: count * 1_000_000_000) }

    /// The length in whole milliseconds, rounded towards zero.
    package var milliseconds: Int64 { nanoseconds / 1_000_000 }

    /// The length in seconds.
    package var seconds: Double { Double(nanoseconds) / 1e9 }

    package static func < (left: Interval, right: Interval) -> Bool { left.nanoseconds < right.nanoseconds }
    package static func + (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds + right.nanoseconds)
    }
    package static func - (left: Interval, right: Interval) -> Interval {
        Interval(nanoseconds: left.nanoseconds - right.nanoseconds)
    }
    package static func * (left: Interval, right: Int64) -> Interval {
        Interval(nanoseconds: left.nanoseconds * right)
    }
    package static func / (left: Interval, right: Int64) -> Interval {
        Interval(nanoseconds: left.nanoseconds / right)
    }
}

extension Interval: CustomStringConvertible {
    /// The interval in the largest unit that keeps it readable: `200ms`, `1.5s`, `3m`, `2h`, `5d`.
    package var description: String {
        let sign = nanoseconds < 0 ? "-" : ""
        let magnitude = nanoseconds.magnitude
        switch magnitude {
        case 0: return "0s"
        case ..<1_000: return "\(sign)\(magnitude)ns"
        case ..<1_000_000: return "\(sign)\(Self.decimal(magnitude, per: 1_000))us"
        case ..<1_000_000_000: return "\(sign)\(Self.decimal(magnitude, per: 1_000_000))ms"
        case ..<60_000_000_000: return "\(sign)\(Self.decimal(magnitude, per: 1_000_000_000))s"
        case ..<3_600_000_000_000: return "\(sign)\(Self.decimal(magnitude, per: 60_000_000_000))m"
        case ..<86_400_000_000_000: return "\(sign)\(Self.decimal(magnitude, per: 3_600_000_000_000))h"
        default: return "\(sign)\(Self.decimal(magnitude, per: 86_400_000_000_000))d"
        }
    }

    /// A quotient with at most one digit after the point.
    private static func decimal(_ value: UInt64, per unit: UInt64) -> String {
        let tenths = value % unit * 10 / unit
        return tenths == 0 ? "\(value / unit)" : "\(value / unit).\(tenths)"
    }
}
