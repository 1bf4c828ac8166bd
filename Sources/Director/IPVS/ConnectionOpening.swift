package import Linux
package import Primitives

/// A segment by which a client opens a connection (RFC 9293 section 3.5): SYN without ACK.
package enum ConnectionOpening {
    /// The length of an Ethernet header.
    private static let linkHeader = 14
    /// The IP protocol number of TCP.
    private static let transport: UInt8 = 6
    /// `PACKET_OUTGOING` (linux/if_packet.h).
    private static let outgoing: UInt32 = 4
    private static let synchronize: UInt8 = 0x02
    private static let synchronizeAndAcknowledge: UInt8 = 0x12

    private static func etherType(_ family: AddressFamily) -> UInt16 { family == .ipv4 ? 0x0800 : 0x86dd }

    /// A program for packet sockets of every type that lets through nothing else; over IPv6 no segment behind extension
    /// headers.
    ///
    /// It lets through what came for this machine, and what leaves it. A frame that was meant for another machine, which a
    /// promiscuous interface shows too, may open a connection at the successor, and is none of this director's.
    package static func filter(_ family: AddressFamily) -> [BPFInstruction] {
        // BPF_ALU|BPF_AND|BPF_K.
        let mask = BPFInstruction(0x54, UInt32(synchronizeAndAcknowledge))
        let ownOfFamily: [BPFInstruction] = [
            .loadPacketType, .jumpIfEqual(0, 2, 0), .jumpIfEqual(outgoing, 1, 0), .accept(0),
            .loadHalf(12), .jumpIfEqual(UInt32(etherType(family)), 1, 0), .accept(0),
        ]
        switch family {
        case .ipv4:
            return ownOfFamily + [
                .loadByte(23), .jumpIfEqual(UInt32(transport), 0, 7), .loadHalf(20),
                // BPF_JMP|BPF_JSET: a fragment offset means that there is no TCP header.
                BPFInstruction(0x45, 0x1fff, 5, 0),
                // BPF_LDX|BPF_B|BPF_MSH: the IP header's length; BPF_LD|BPF_B|BPF_IND: the flags behind it.
                BPFInstruction(0xb1, 14), BPFInstruction(0x50, 27), mask,
                .jumpIfEqual(UInt32(synchronize), 0, 1), .accept(128), .accept(0),
            ]
        case .ipv6:
            return ownOfFamily + [
                .loadByte(20), .jumpIfEqual(UInt32(transport), 0, 4), .loadByte(67), mask,
                .jumpIfEqual(UInt32(synchronize), 0, 1), .accept(128), .accept(0),
            ]
        }
    }

    /// To whom a frame goes.
    package static func receiver(ofFrame frame: [UInt8]) -> MACAddress? { MACAddress(bytes: frame.prefix(6)) }

    /// What a frame opens; nothing if it is no such segment, or a broken one.
    package static func key(inFrame frame: [UInt8]) -> SyncedConnection.Key? {
        var reader = ByteReader(frame[...])
        do {
            _ = try reader.read(count: linkHeader - 2)
            let type: UInt16 = try reader.read()
            let client: IPAddress
            let virtual: IPAddress
            switch type {
            case etherType(.ipv4):
                let first: UInt8 = try reader.read()
                let length = Int(first & 0x0f) * 4
                guard first >> 4 == 4, length >= 20 else { return nil }
                _ = try reader.read(count: 5)
                let fragment: UInt16 = try reader.read()
                _ = try reader.read(UInt8.self)
                guard fragment & 0x1fff == 0, try reader.read(UInt8.self) == transport else { return nil }
                _ = try reader.read(count: 2)
                client = .v4(IPv4Address(rawValue: try reader.read()))
                virtual = .v4(IPv4Address(rawValue: try reader.read()))
                _ = try reader.read(count: length - 20)
            case etherType(.ipv6):
                guard try reader.read(UInt8.self) >> 4 == 6 else { return nil }
                _ = try reader.read(count: 5)
                guard try reader.read(UInt8.self) == transport else { return nil }
                _ = try reader.read(UInt8.self)
                client = .v6(IPv6Address(high: try reader.read(), low: try reader.read()))
                virtual = .v6(IPv6Address(high: try reader.read(), low: try reader.read()))
            default: return nil
            }
            let clientPort: UInt16 = try reader.read()
            let port: UInt16 = try reader.read()
            _ = try reader.read(count: 9)
            guard try reader.read(UInt8.self) & synchronizeAndAcknowledge == synchronize, clientPort != 0 else {
                return nil
            }
            return SyncedConnection.Key(
                service: ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: virtual, port: port)),
                client: Endpoint(address: client, port: clientPort),
            )
        } catch {
            return nil
        }
    }
}
