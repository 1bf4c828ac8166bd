package import Primitives

/// What a service needs of its real servers together, and how they come and go.
package struct PoolSettings: Hashable, Sendable {
    /// The weight that the service needs.
    package var quorum = Quorum.Settings()
    /// When the service uses servers that fail their checks; nothing if never.
    package var failOpen: FailOpen.Settings?
    /// The share of the weight, in percent, that failed checks may take out at most; one server may always go.
    package var maximumEjection = 100
    /// How a server that was out of service comes back; nothing if at once.
    package var slowStart: SlowStart.Settings?
    /// Whether a server's weight follows the share of its capacity that its agent says it offers.
    package var followsCapacity = false
    /// How a server that flaps is held; nothing if it is not.
    package var holdDown: HoldDown.Settings?
    /// How long the real servers of a director that has just started may stay unknown before the service is judged
    /// without them.
    package var patience = Interval.seconds(5)

    /// Makes the settings of a service that makes no demands.
    package init() {}
}
