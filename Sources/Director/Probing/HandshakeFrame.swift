import Primitives
import VRRP

/// The frames of a half-open handshake on the direct-routing path.
enum HandshakeFrame {
    /// One end of a frame: who sends it, or who shall get it.
    struct End: Hashable, Sendable {
        var mac: MACAddress
        var address: IPAddress
        var port: UInt16
    }

    /// An answer to a SYN of ours.
    struct Answer: Hashable, Sendable {
        /// Who sent it, under which address.
        var from: End
        /// The port of ours that it came to.
        var port: UInt16
        /// The SYN's sequence number plus one.
        var acknowledgement: UInt32
        /// Whether it is a RST and neither a SYN-ACK nor an ACK.
        var isReset: Bool
    }

    /// The MSS of Ethernet's 1500 bytes.
    private static func maximumSegmentSize(_ family: AddressFamily) -> UInt16 { family == .ipv4 ? 1460 : 1440 }

    /// The SYN that opens a handshake.
    static func synchronize(from source: End, to destination: End, sequence: UInt32) -> [UInt8] {
        frame(
            TCPSegment(
                sourcePort: source.port,
                destinationPort: destination.port,
                sequence: sequence,
                flags: .synchronize,
                window: 64_240,
                maximumSegmentSize: maximumSegmentSize(destination.address.family),
            ),
            from: source,
            to: destination,
        )
    }

    /// The RST that ends one without a connection.
    static func reset(from source: End, to destination: End, sequence: UInt32) -> [UInt8] {
        frame(
            TCPSegment(
                sourcePort: source.port,
                destinationPort: destination.port,
                sequence: sequence,
                flags: .reset
            ),
            from: source,
            to: destination,
        )
    }

    private static func frame(_ segment: TCPSegment, from source: End, to destination: End) -> [UInt8] {
        let packet = IPPacket(
            source: source.address,
            destination: destination.address,
            protocol: TCPSegment.protocolNumber,
            timeToLive: 64,
            trafficClass: 0,
            payload: segment.encode(from: source.address, to: destination.address)[...],
        )
        return EthernetFrame(
            destination: destination.mac,
            source: source.mac,
            etherType: source.address.family == .ipv4 ? EthernetFrame.ipv4 : EthernetFrame.ipv6,
            payload: packet.encode()[...],
        ).encode()
    }

    /// Reads a SYN-ACK, a bare ACK or a RST that was sent to us; nothing if the frame is anything else.
    ///
    /// A bare ACK comes from a real server that still holds our previous SYN (RFC 9293 section 3.10.7.4).
    static func answer(in bytes: [UInt8], to own: IPAddress, ports: [UInt16]) -> Answer? {
        guard let frame = EthernetFrame(decoding: bytes),
            frame.etherType == EthernetFrame.ipv4 || frame.etherType == EthernetFrame.ipv6,
            let packet = packet(in: frame.payload), packet.protocol == TCPSegment.protocolNumber,
            packet.destination == own,
            let segment = TCPSegment(decoding: packet.payload), ports.contains(segment.destinationPort),
            segment.flags.contains(.acknowledge)
        else { return nil }
        let isReset = segment.flags.contains(.reset)
        guard isReset || !segment.flags.contains(.finish) else { return nil }
        return Answer(
            from: End(mac: frame.source, address: packet.source, port: segment.sourcePort),
            port: segment.destinationPort,
            acknowledgement: segment.acknowledgement,
            isReset: isReset,
        )
    }

    private static func packet(in payload: ArraySlice<UInt8>) -> IPPacket? {
        do {
            return try IPPacket(decoding: payload)
        } catch {
            return nil
        }
    }
}
