import Primitives

/// A TCP segment without payload (RFC 9293 section 3.1), as far as a half-open handshake needs it.
///
///     +-----------------------+-----------------------+
///     |     source port       |   destination port    |
///     +-----------------------+-----------------------+
///     |                sequence number                |
///     +-----------------------------------------------+
///     |             acknowledgement number            |
///     +-----+-----+-----------+-----------------------+
///     | off |  0  |   flags   |        window         |
///     +-----+-----+-----------+-----------------------+
///     |       checksum        |    urgent pointer     |
///     +-----------------------+-----------------------+
struct TCPSegment: Hashable, Sendable {
    /// The flags of a handshake and its end.
    struct Flags: OptionSet, Hashable, Sendable {
        let rawValue: UInt8
        static let finish = Flags(rawValue: 0x01)
        static let synchronize = Flags(rawValue: 0x02)
        static let reset = Flags(rawValue: 0x04)
        static let acknowledge = Flags(rawValue: 0x10)
    }

    /// The IP protocol number.
    static let protocolNumber: UInt8 = 6

    var sourcePort: UInt16
    var destinationPort: UInt16
    var sequence: UInt32
    var acknowledgement: UInt32 = 0
    var flags: Flags
    var window: UInt16 = 0
    /// MSS to announce (option 2), only in a SYN.
    var maximumSegmentSize: UInt16?

    /// The segment in wire order, with its checksum.
    func encode(from source: IPAddress, to destination: IPAddress) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(sourcePort)
        writer.write(destinationPort)
        writer.write(sequence)
        writer.write(acknowledgement)
        writer.write(UInt8(maximumSegmentSize == nil ? 5 << 4 : 6 << 4))
        writer.write(flags.rawValue)
        writer.write(window)
        writer.write(UInt32(0))
        if let maximumSegmentSize {
            writer.write(UInt16(0x0204))
            writer.write(maximumSegmentSize)
        }
        var checksum = InternetChecksum()
        checksum.add(source.bytes)
        checksum.add(destination.bytes)
        // The rest of IPv6's pseudo header has the same sum as that of IPv4's.
        checksum.add([0, Self.protocolNumber, 0, UInt8(writer.count)])
        checksum.add(writer.bytes)
        writer.overwrite(checksum.value, at: 16)
        return writer.bytes
    }
}

extension TCPSegment {
    /// Reads a segment; its checksum is not judged, for offloading leaves it unfilled on the way to a packet socket.
    init?(decoding bytes: ArraySlice<UInt8>) {
        var reader = ByteReader(bytes)
        do {
            sourcePort = try reader.read()
            destinationPort = try reader.read()
            sequence = try reader.read()
            acknowledgement = try reader.read()
            let offset = Int(try reader.read(UInt8.self) >> 4) * 4
            flags = Flags(rawValue: try reader.read())
            window = try reader.read()
            guard offset >= 20, offset <= bytes.count else { return nil }
        } catch {
            return nil
        }
    }
}
