package import Primitives
package import VRRP

/// What the election wants done, in order.
package enum ElectionEffect: Hashable, Sendable {
    /// Send a VRRP message on the interface, signed with a trailer if there is a header for one, from the interface's MAC or
    /// from a virtual one.
    case sendAdvertisement(
        interface: String,
        source: IPAddress,
        destination: IPAddress,
        payload: [UInt8],
        trailer: AuthenticityTrailer.Header?,
        virtualMAC: MACAddress?
    )
    /// Send a whole Ethernet frame (gratuitous ARP, unsolicited neighbour advertisement) on the interface.
    case sendFrame(interface: String, frame: [UInt8])
    /// Tell the addresses thread which addresses are wanted.
    case demandAddresses(AddressDemand)
    /// Tell the rest of the director how the election stands.
    case publish(ElectionReport)
    /// Everything that `stopRequested` asked for is done.
    case stopped
    /// Everything that `suspend` asked for is done: the process may end, and the next one resumes.
    case suspended
}
