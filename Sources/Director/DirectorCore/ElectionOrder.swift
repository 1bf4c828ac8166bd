package import Primitives

/// What the two directors' agreement asks of this one's election.
package enum ElectionOrder: Hashable, Sendable {
    /// A successor is about to take over: stay Active, and leave its claim alone.
    case handOver(routers: [String], until: MonotonicInstant)
    /// Take over from an Active Router that knows of it.
    case takeOver(routers: [String], until: MonotonicInstant)
    /// The successor has taken over: become Backup without priority 0.
    case letGo(routers: [String])
    /// The one before has let go: contend again from then on.
    case concludeTakeOver(routers: [String], until: MonotonicInstant)
    /// It is off: back to the rules of VRRP alone.
    case cancelHandOver(routers: [String])
    /// Whether to leave an Active Router of lower priority alone, because the directors agree on it another way.
    case deferPreemption(Bool)
    /// The routers for which the peer says that it is Active, none while it does not answer; and those of them for which
    /// its priority is higher than this director's.
    case peerReported(active: [String], superior: [String] = [])
}
