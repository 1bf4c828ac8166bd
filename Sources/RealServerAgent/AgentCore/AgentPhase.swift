import Primitives

/// Where the agent is between its start and its end; what belongs to one phase alone lives in its case.
enum AgentPhase: Hashable, Sendable {
    /// A release on its way.
    struct Release: Hashable, Sendable {
        /// Names the drain request.
        var identifier: UInt64
        /// When waiting ends.
        var until: MonotonicInstant
        /// The deadline that was asked for.
        var deadline: Interval
        /// Whether the program ends afterwards.
        var thenStop: Bool
        /// The directors that acknowledged.
        var acknowledged: Set<KeyFingerprint> = []
        /// When the last director acknowledged: connections counted before do not count.
        var drainedAt: MonotonicInstant?
    }

    /// The host was not seen yet.
    case starting
    /// The virtual addresses are held.
    case running
    /// The directors are asked for weight 0 and the connections are waited for.
    case draining(Release)
    /// The virtual addresses are being removed, and after them the sysctls restored.
    case removing(Release, giveUpAt: MonotonicInstant)
    /// The node holds nothing until the program starts again.
    case released
    /// The program ends.
    case stopped

    /// Whether the virtual addresses are to be held.
    var holdsAddresses: Bool {
        switch self {
        case .running, .draining: true
        case .starting, .removing, .released, .stopped: false
        }
    }
}
