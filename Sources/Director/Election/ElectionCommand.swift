package import DirectorCore
package import Primitives
package import VRRP

/// What the rest of the director asks of the election thread.
package enum ElectionCommand: Hashable, Sendable {
    /// Work by other settings.
    case replace(ElectionSettings)
    /// From now on this director can serve: preempt where the settings say so.
    case allowPreemption
    /// Whether to leave an Active Router of lower priority alone.
    case deferPreemption(Bool)
    /// A successor is about to take over these routers.
    case handOver(routers: [String], until: MonotonicInstant)
    /// The other director hands these routers over.
    case takeOver(routers: [String], until: MonotonicInstant)
    /// The successor has these routers.
    case letGo(routers: [String])
    /// The other director has let these routers go: contend again from then on.
    case concludeTakeOver(routers: [String], until: MonotonicInstant)
    /// The handover of these routers does not take place.
    case cancelHandOver(routers: [String])
    /// The routers for which the peer says, on its own link, that it is Active, and those of them for which its priority
    /// is higher.
    case peerReported(active: [String], superior: [String])
    /// Prepare a planned restart that ends at the latest then, and stop with the addresses in place.
    case suspend(until: MonotonicInstant)
    /// What fails of what the routers track, as far as this source sees.
    case track(TrackSettings.Source, [TrackSettings.Failure])
    /// Give up the addresses and stop.
    case stop
}
