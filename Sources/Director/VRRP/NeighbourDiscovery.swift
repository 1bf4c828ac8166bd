import Primitives

/// What neighbour solicitations and advertisements have in common (RFC 4861 sections 4.3 and 4.4).
///
///     +-----------+-----------+-----------------------+
///     |   type    |  code 0   |       checksum        |
///     +-----------+-----------+-----------------------+
///     |                flags or reserved              |
///     +-----------------------------------------------+
///     |               target address (16)             |
///     +-----------+-----------+-----------------------+
///     |  option   | length 1  |     MAC address (6)   |
///     +-----------+-----------+-----------------------+
struct NeighbourDiscovery: Hashable {
    /// ICMPv6.
    private static let nextHeader: UInt8 = 58

    /// 135 solicits, 136 advertises.
    var type: UInt8
    /// The word behind the checksum.
    var flags: UInt32 = 0
    /// The address in question.
    var target: IPv6Address
    /// 1 says that the MAC address is the sender's, 2 that it is the target's.
    var option: UInt8
    /// The Ethernet address in the option, which is the frame's source too.
    var mac: MACAddress

    /// The whole frame; where no machine is named it goes to those that listen to a multicast address.
    func frame(from source: IPv6Address, to destination: IPv6Address, at machine: MACAddress?) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(type) << 24)
        writer.write(flags)
        writer.write(bytes: target.bytes)
        writer.write(option)
        writer.write(UInt8(1))
        writer.write(bytes: mac.bytes)
        var sum = InternetChecksum()
        sum.add(source.bytes)
        sum.add(destination.bytes)
        sum.add([0, 0, 0, UInt8(writer.count), 0, 0, 0, Self.nextHeader])
        sum.add(writer.bytes)
        writer.overwrite(sum.value, at: 2)
        let packet = IPPacket(
            source: .v6(source),
            destination: .v6(destination),
            protocol: Self.nextHeader,
            payload: writer.bytes[...]
        )
        return EthernetFrame(
            // RFC 2464 section 7: a multicast address's last four octets behind 33:33.
            destination: machine ?? MACAddress(rawValue: 0x3333 << 32 | destination.low & 0xffff_ffff),
            source: mac,
            etherType: EthernetFrame.ipv6,
            payload: packet.encode()[...]
        ).encode()
    }

    /// The target of a message of a type and the machine that sent it; nothing if the frame is anything else or was
    /// forwarded (RFC 4861 section 7.1).
    static func target(ofType type: UInt8, in frame: [UInt8]) -> (address: IPv6Address, mac: MACAddress)? {
        guard let ethernet = EthernetFrame(decoding: frame), ethernet.etherType == EthernetFrame.ipv6 else {
            return nil
        }
        let packet: IPPacket
        do {
            packet = try IPPacket(decoding: ethernet.payload)
        } catch {
            return nil
        }
        let message = Array(packet.payload)
        guard packet.protocol == nextHeader, packet.timeToLive == 255, message.count >= 24, message[0] == type,
            message[1] == 0, let target = IPAddress(bytes: message[8..<24])?.ipv6
        else { return nil }
        return (target, ethernet.source)
    }
}
