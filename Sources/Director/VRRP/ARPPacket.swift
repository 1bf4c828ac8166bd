package import Primitives

/// An ARP packet for IPv4 over Ethernet (RFC 826).
///
///     +------------+------------+----+----+-----------+
///     | hw type 1  | proto 0800 | 6  | 4  | operation |
///     +------------+------+-----+----+----+-----------+
///     | sender MAC (6)    | sender address (4)        |
///     | target MAC (6)    | target address (4)        |
///     +-------------------+---------------------------+
package struct ARPPacket: Hashable, Sendable {
    /// What the packet does.
    package enum Operation: UInt16, Hashable, Sendable, CaseIterable {
        case request = 1
        case reply = 2
    }

    /// Request or reply.
    package var operation: Operation
    /// The sender's Ethernet address.
    package var senderMAC: MACAddress
    /// The address that the sender claims; 0.0.0.0 in a probe.
    package var senderAddress: IPv4Address
    /// The target's Ethernet address.
    package var targetMAC: MACAddress
    /// The address that is asked for.
    package var targetAddress: IPv4Address

    /// Makes a packet.
    package init(
        operation: Operation,
        senderMAC: MACAddress,
        senderAddress: IPv4Address,
        targetMAC: MACAddress,
        targetAddress: IPv4Address,
    ) {
        self.operation = operation
        self.senderMAC = senderMAC
        self.senderAddress = senderAddress
        self.targetMAC = targetMAC
        self.targetAddress = targetAddress
    }

    /// Gratuitous ARP, for what RFC 9568 section 6.4.2 wants it: a broadcast request for one's own address.
    package static func gratuitous(_ address: IPv4Address, at mac: MACAddress) -> ARPPacket {
        ARPPacket(
            operation: .request,
            senderMAC: mac,
            senderAddress: address,
            targetMAC: .broadcast,
            targetAddress: address
        )
    }

    /// A probe (RFC 5227 section 2.1.1): asks for an address without claiming one, so that no cache changes.
    package static func probe(for address: IPv4Address, from mac: MACAddress) -> ARPPacket {
        ARPPacket(
            operation: .request,
            senderMAC: mac,
            senderAddress: IPv4Address(rawValue: 0),
            targetMAC: MACAddress(rawValue: 0),
            targetAddress: address
        )
    }

    /// Reads the payload of a frame, or nothing if it is no ARP for IPv4 over Ethernet.
    package init?(decoding bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        do {
            guard try reader.read(UInt16.self) == 1, try reader.read(UInt16.self) == EthernetFrame.ipv4,
                try reader.read(UInt8.self) == 6, try reader.read(UInt8.self) == 4,
                let operation = Operation(rawValue: try reader.read(UInt16.self)),
                let senderMAC = MACAddress(bytes: try reader.read(count: 6))
            else { return nil }
            let senderAddress = IPv4Address(rawValue: try reader.read(UInt32.self))
            guard let targetMAC = MACAddress(bytes: try reader.read(count: 6)) else { return nil }
            let targetAddress = IPv4Address(rawValue: try reader.read(UInt32.self))
            self.init(
                operation: operation,
                senderMAC: senderMAC,
                senderAddress: senderAddress,
                targetMAC: targetMAC,
                targetAddress: targetAddress
            )
        } catch {
            return nil
        }
    }

    /// The packet in wire order.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt16(1))
        writer.write(EthernetFrame.ipv4)
        writer.write(UInt8(6))
        writer.write(UInt8(4))
        writer.write(operation.rawValue)
        writer.write(bytes: senderMAC.bytes)
        writer.write(senderAddress.rawValue)
        writer.write(bytes: targetMAC.bytes)
        writer.write(targetAddress.rawValue)
        return writer.bytes
    }

    /// The whole frame, to everybody or to one machine.
    package func frame(to destination: MACAddress = .broadcast) -> [UInt8] {
        EthernetFrame(
            destination: destination,
            source: senderMAC,
            etherType: EthernetFrame.arp,
            payload: encode()[...]
        ).encode()
    }
}
