package import Primitives
package import VRRP

/// What happens to the election.
package enum ElectionEvent: Hashable, Sendable {
    /// The process started; nothing is claimed before the first address report.
    case started(ElectionSettings)
    /// New settings, which apply whole or not at all.
    case configurationReplaced(ElectionSettings)
    /// A VRRP message came in.
    case packetReceived(ReceivedPacket)
    /// An ARP packet of another host was seen on the interface.
    case arpReceived(interface: String, ARPPacket)
    /// The addresses thread tells what is in the kernel.
    case addressesReported(AddressReport)
    /// Whether to leave an Active Router of lower priority alone, because this director could not serve its clients yet.
    case preemptionDeferred(Bool)
    /// A neighbour advertisement of another host was seen on the interface.
    case neighbourAdvertised(interface: String, NeighbourAdvertisement)
    /// A successor is about to take over these routers: stay Active, and leave its claim alone until then.
    case handOver(routers: [String], until: MonotonicInstant)
    /// The other director hands these routers over: become Active now, and leave its claim alone until then.
    case takeOver(routers: [String], until: MonotonicInstant)
    /// The successor has these routers: become Backup without priority 0, and let the addresses linger.
    case letGo(routers: [String])
    /// The other director has let these routers go: contend again from then on.
    case concludeTakeOver(routers: [String], until: MonotonicInstant)
    /// The handover of these routers does not take place: contend again at once.
    case cancelHandOver(routers: [String])
    /// The routers for which the peer says, on its own link, that it is Active, none once the link is gone; and those of
    /// them for which its priority is higher than this director's.
    case peerReported(active: [String], superior: [String] = [])
    /// A planned restart that ends at the latest then: the addresses stay, the peers are told to wait for so long, and
    /// the effect `suspended` follows.
    case suspend(until: MonotonicInstant)
    /// Give up the addresses: priority 0, then removal, then the effect `stopped`.
    case stopRequested
    /// What fails of what the routers track, as far as this source sees: the whole picture, every time.
    case trackReported(TrackSettings.Source, [TrackSettings.Failure])
    /// The wall clock was read, which stamps advertisements where they are signed; once before the start, and often.
    case clockRead(realTimeNanoseconds: Int64)
    /// The core's deadline was reached; every socket was read to its end before.
    case deadlineReached
}
