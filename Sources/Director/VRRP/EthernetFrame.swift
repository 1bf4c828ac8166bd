package import Primitives

/// An Ethernet II frame, with at most one IEEE 802.1Q tag, which is skipped.
///
///     +-------------------+--------------+-----------+---------
///     |  destination (6)  |  source (6)  | type (2)  | payload
///     +-------------------+--------------+-----------+---------
package struct EthernetFrame: Hashable, Sendable {
    /// `ETH_P_IP`.
    package static let ipv4: UInt16 = 0x0800
    /// `ETH_P_ARP`.
    package static let arp: UInt16 = 0x0806
    /// `ETH_P_IPV6`.
    package static let ipv6: UInt16 = 0x86dd
    /// `ETH_P_8021Q`.
    private static let tag: UInt16 = 0x8100

    /// The destination.
    package var destination: MACAddress
    /// The source.
    package var source: MACAddress
    /// The type of the payload.
    package var etherType: UInt16
    /// The payload, padding included.
    package var payload: ArraySlice<UInt8>

    /// Makes a frame.
    package init(destination: MACAddress, source: MACAddress, etherType: UInt16, payload: ArraySlice<UInt8>) {
        self.destination = destination
        self.source = source
        self.etherType = etherType
        self.payload = payload
    }

    /// Reads a frame, or nothing if it is too short.
    package init?(decoding bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            guard let destination = MACAddress(bytes: try reader.read(count: 6)),
                let source = MACAddress(bytes: try reader.read(count: 6))
            else { return nil }
            var type = try reader.read(UInt16.self)
            if type == Self.tag {
                _ = try reader.read(UInt16.self)
                type = try reader.read(UInt16.self)
            }
            self.init(destination: destination, source: source, etherType: type, payload: reader.readRest())
        } catch {
            return nil
        }
    }

    /// The frame in wire order, untagged.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.write(bytes: destination.bytes)
        writer.write(bytes: source.bytes)
        writer.write(etherType)
        writer.write(bytes: payload)
        return writer.bytes
    }
}
