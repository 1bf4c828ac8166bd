import Primitives

/// One of those that a benchmark compares.
struct Contender: Sendable, CustomStringConvertible {
    var name: String
    var implementation: Implementation
    var setup: RouterSetup
    /// The priorities of the active and of the standby director.
    var priorities: (Int, Int)

    var description: String { "\(name), \(setup.interval)" }

    /// Those that are compared at an interval; keepalived's defaults are version 2 at one second.
    static func all(at interval: Interval) -> [Contender] {
        var tuned = RouterSetup(interval: interval)
        tuned.isTuned = true
        var contenders = [
            // The same priorities as the tuned peer: Skew_Time is a part of what is measured.
            Contender(
                name: "Tandem",
                implementation: .tandem,
                setup: RouterSetup(interval: interval),
                priorities: (254, 253),
            ),
            Contender(name: "keepalived, tuned", implementation: .keepalived, setup: tuned, priorities: (254, 253)),
        ]
        if interval == .seconds(1) {
            let defaults = RouterSetup(version: 2, interval: interval)
            contenders.append(
                Contender(
                    name: "keepalived, defaults",
                    implementation: .keepalived,
                    setup: defaults,
                    priorities: (110, 100),
                )
            )
        }
        return contenders
    }
}
