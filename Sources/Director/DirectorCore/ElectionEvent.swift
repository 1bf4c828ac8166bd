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
    /// Give up the addresses: priority 0, then removal, then the effect `stopped`.
    case stopRequested
    /// The core's deadline was reached; every socket was read to its end before.
    case deadlineReached
}
