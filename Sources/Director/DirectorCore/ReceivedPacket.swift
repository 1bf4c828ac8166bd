package import Primitives
package import VRRP

/// A VRRP message as the shell received it, without its IP header.
package struct ReceivedPacket: Hashable, Sendable {
    /// Where the message was seen.
    package enum Path: UInt8, Hashable, Sendable, CaseIterable {
        /// On the raw protocol socket, behind the packet filter.
        case rawSocket
        /// On the packet socket, ahead of the packet filter.
        case packetSocket
    }

    /// The interface's name.
    package var interface: String
    /// The VRRP message.
    package var payload: [UInt8]
    /// The IP source.
    package var source: IPAddress
    /// The IP destination.
    package var destination: IPAddress
    /// The IPv4 TTL or IPv6 hop limit.
    package var timeToLive: UInt8
    /// When the kernel received it.
    package var receivedAt: MonotonicInstant
    /// Where it was seen.
    package var path: Path
    /// What its trailer proves; the payload comes without the trailer then.
    package var authenticity = AuthenticityVerdict.absent
    /// The link-layer sender, which the packet socket alone sees.
    package var linkSource: MACAddress?

    /// Makes a packet.
    package init(
        interface: String,
        payload: [UInt8],
        source: IPAddress,
        destination: IPAddress,
        timeToLive: UInt8,
        receivedAt: MonotonicInstant,
        path: Path = .rawSocket,
    ) {
        self.interface = interface
        self.payload = payload
        self.source = source
        self.destination = destination
        self.timeToLive = timeToLive
        self.receivedAt = receivedAt
        self.path = path
    }
}
