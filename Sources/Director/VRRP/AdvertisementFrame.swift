package import Primitives

/// An advertisement as a whole frame, for a virtual router that speaks with its virtual MAC (RFC 9568 section 7.2).
package enum AdvertisementFrame {
    /// The frame that carries a message to the group.
    package static func frame(
        _ message: [UInt8],
        from source: IPAddress,
        to group: IPAddress,
        at mac: MACAddress,
    ) -> [UInt8] {
        let packet = IPPacket(
            source: source,
            destination: group,
            protocol: ProtocolVersion.protocolNumber,
            payload: message[...]
        )
        return EthernetFrame(
            destination: ProtocolVersion.groupMAC(source.family),
            source: mac,
            etherType: source.family == .ipv4 ? EthernetFrame.ipv4 : EthernetFrame.ipv6,
            payload: packet.encode()[...]
        ).encode()
    }
}
