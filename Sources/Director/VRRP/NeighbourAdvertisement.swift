package import Primitives

/// An unsolicited neighbour advertisement (RFC 4861 section 4.4, RFC 9568 section 6.4.2).
///
///     +-----------+-----------+-----------------------+
///     | type 136  |  code 0   |       checksum        |
///     +-+-+-+-----+-----------+-----------------------+
///     |R|S|O|               reserved                  |
///     +-+-+-+-----------------------------------------+
///     |               target address (16)             |
///     +-----------+-----------+-----------------------+
///     |  type 2   | length 1  |     MAC address (6)   |
///     +-----------+-----------+-----------------------+
package struct NeighbourAdvertisement: Hashable, Sendable {
    /// ICMPv6.
    private static let nextHeader: UInt8 = 58
    /// ff02::1, all nodes on the link.
    private static let allNodes = IPAddress.v6(IPv6Address(high: 0xff02_0000_0000_0000, low: 1))

    /// The address that is here.
    package var target: IPv6Address
    /// The Ethernet address that it is at.
    package var mac: MACAddress

    /// Makes an advertisement.
    package init(target: IPv6Address, mac: MACAddress) {
        self.target = target
        self.mac = mac
    }

    /// Reads a whole frame; nothing if it is no neighbour advertisement or was forwarded (RFC 4861 section
    /// 7.1.2); the frame's own source names the machine that claims the address.
    package init?(decoding frame: [UInt8]) {
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
        guard packet.protocol == Self.nextHeader, packet.timeToLive == 255, message.count >= 24, message[0] == 136,
            message[1] == 0, let target = IPAddress(bytes: message[8..<24])?.ipv6
        else { return nil }
        self.init(target: target, mac: ethernet.source)
    }

    /// The whole frame to all nodes: R and O set, S clear, hop limit 255, from the address itself.
    package func frame() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt32(136) << 24)
        writer.write(UInt32(0xa000_0000))
        writer.write(bytes: target.bytes)
        writer.write(UInt16(0x0201))
        writer.write(bytes: mac.bytes)
        var sum = InternetChecksum()
        sum.add(target.bytes)
        sum.add(Self.allNodes.bytes)
        sum.add([0, 0, 0, UInt8(writer.count), 0, 0, 0, Self.nextHeader])
        sum.add(writer.bytes)
        writer.overwrite(sum.value, at: 2)
        let packet = IPPacket(
            source: .v6(target),
            destination: Self.allNodes,
            protocol: Self.nextHeader,
            payload: writer.bytes[...]
        )
        return EthernetFrame(
            destination: MACAddress(rawValue: 0x3333_0000_0001),
            source: mac,
            etherType: EthernetFrame.ipv6,
            payload: packet.encode()[...]
        ).encode()
    }
}
