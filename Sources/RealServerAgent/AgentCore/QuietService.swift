import Primitives

/// A service that no connected director gives new connections.
struct QuietService: Hashable, Sendable {
    /// How long none has given weight before the connections are counted: those of the last moment come still.
    static let settling = Interval.milliseconds(300)

    /// Since when none does.
    let since: MonotonicInstant
    /// How many connections its clients have left; nothing before they were counted.
    var clients: Int?
}
