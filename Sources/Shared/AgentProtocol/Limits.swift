package import Primitives

/// What bounds everything that travels on an agent link.
package enum Limits {
    /// The longest frame in bytes, its length field not counted.
    package static let frame = 65_536
    /// The most bytes that wait to be sent on one link.
    package static let output = 262_144
    /// The most frames that one end takes within a second: many times what an honest one sends.
    package static let framesPerSecond: UInt64 = 1_000
    /// The longest name in bytes of UTF-8.
    package static let name = 64
    /// The longest evidence or reason in bytes of UTF-8.
    package static let evidence = 200
    /// The most virtual addresses of one node.
    package static let addresses = 64
    /// The most services of one node.
    package static let services = 128
    /// The most facts in one report.
    package static let facts = 512
    /// The heartbeat intervals that an agent agrees to.
    package static let heartbeatInterval = Interval.milliseconds(50)...Interval.seconds(10)
    /// How many heartbeats must be missed before an agent is stale.
    package static let missedHeartbeats: Int64 = 3
    /// How long either end waits for the other's Hello.
    package static let helloTimeout = Interval.seconds(2)
    /// How long a drain request may ask to wait for its connections.
    package static let drainDeadline = Interval.zero...Interval.seconds(86_400)

    /// The text cut to so many bytes at a character's border, every control character replaced by `?`.
    package static func printable(_ text: String, bytes limit: Int) -> String {
        var kept = ""
        var count = 0
        for scalar in text.unicodeScalars {
            let isControl = scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
            let scalar = isControl ? "?" : scalar
            count += UTF8.width(scalar)
            guard count <= limit else { break }
            kept.unicodeScalars.append(scalar)
        }
        return kept
    }

    /// The nearest interval that an agent agrees to.
    package static func agreeable(_ interval: Interval) -> Interval {
        min(max(interval, heartbeatInterval.lowerBound), heartbeatInterval.upperBound)
    }
}
