package import Primitives

/// How the director checks a real server, and how many results in a row it takes to believe them.
package struct ProbeSettings: Hashable, Sendable {
    /// What a probe does.
    package enum Kind: Hashable, Sendable {
        /// A TCP connection that is opened and reset.
        case tcp
    }

    /// What a probe does.
    package var kind: Kind = .tcp
    /// The time from the start of one probe to the start of the next.
    package var interval: Interval = .milliseconds(200)
    /// How long an answer may take.
    package var timeout: Interval = .milliseconds(200)
    /// How many failures in a row make a real server down.
    package var fall = 3
    /// How many successes in a row make it up again.
    package var rise = 2

    /// Makes the default settings.
    package init() {}
}
