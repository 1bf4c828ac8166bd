package import Primitives

/// An IPv4 or IPv6 packet as far as an advertisement or a neighbour message needs it: no fragments, no extension
/// headers.
package struct IPPacket: Hashable, Sendable {
    /// Why bytes are no such packet.
    package enum Malformed: Error, Hashable, Sendable, CaseIterable {
        /// Shorter than its header says.
        case truncated
        /// Neither version 4 nor 6, or an impossible header length.
        case wrongHeader
        /// The IPv4 header's checksum is wrong.
        case wrongChecksum
        /// A part of a larger packet.
        case fragment
    }

    /// The source.
    package var source: IPAddress
    /// The destination.
    package var destination: IPAddress
    /// The protocol or next header.
    package var `protocol`: UInt8
    /// TTL or hop limit.
    package var timeToLive: UInt8
    /// ToS or traffic class.
    package var trafficClass: UInt8 = 0
    /// The payload without link-layer padding.
    package var payload: ArraySlice<UInt8>

    /// Makes a packet.
    package init(
        source: IPAddress,
        destination: IPAddress,
        protocol: UInt8,
        timeToLive: UInt8 = 255,
        trafficClass: UInt8 = 0xc0,
        payload: ArraySlice<UInt8>,
    ) {
        precondition(source.family == destination.family, "a packet has one family")
        self.source = source
        self.destination = destination
        self.protocol = `protocol`
        self.timeToLive = timeToLive
        self.trafficClass = trafficClass
        self.payload = payload
    }

    /// Reads a packet.
    package init(decoding bytes: ArraySlice<UInt8>) throws(Malformed) {
        let result: Result<IPPacket, Malformed>
        do {
            result =
                switch (bytes.first ?? 0) >> 4 {
                case 4: try Self.decodeIPv4(bytes)
                case 6: try Self.decodeIPv6(bytes)
                default: .failure(bytes.isEmpty ? .truncated : .wrongHeader)
                }
        } catch {
            throw .truncated
        }
        self = try result.get()
    }

    private static func decodeIPv4(_ bytes: ArraySlice<UInt8>) throws(ByteReader.Truncated)
        -> Result<IPPacket, Malformed>
    {
        var reader = ByteReader(bytes)
        let headerLength = Int(try reader.read(UInt8.self) & 0x0f) * 4
        let trafficClass = try reader.read(UInt8.self)
        let totalLength = Int(try reader.read(UInt16.self))
        guard headerLength >= 20, totalLength >= headerLength else { return .failure(.wrongHeader) }
        guard totalLength <= bytes.count else { return .failure(.truncated) }
        _ = try reader.read(UInt16.self)
        // More fragments, or an offset.
        guard try reader.read(UInt16.self) & 0x3fff == 0 else { return .failure(.fragment) }
        let timeToLive = try reader.read(UInt8.self)
        let `protocol` = try reader.read(UInt8.self)
        _ = try reader.read(UInt16.self)
        guard let source = IPAddress(bytes: try reader.read(count: 4)),
            let destination = IPAddress(bytes: try reader.read(count: 4)),
            InternetChecksum.of(bytes.prefix(headerLength)) == 0
        else { return .failure(.wrongChecksum) }
        return .success(
            IPPacket(
                source: source,
                destination: destination,
                protocol: `protocol`,
                timeToLive: timeToLive,
                trafficClass: trafficClass,
                payload: bytes.prefix(totalLength).dropFirst(headerLength)
            )
        )
    }

    private static func decodeIPv6(_ bytes: ArraySlice<UInt8>) throws(ByteReader.Truncated)
        -> Result<IPPacket, Malformed>
    {
        var reader = ByteReader(bytes)
        let first = try reader.read(UInt32.self)
        let length = Int(try reader.read(UInt16.self))
        let `protocol` = try reader.read(UInt8.self)
        let timeToLive = try reader.read(UInt8.self)
        guard let source = IPAddress(bytes: try reader.read(count: 16)),
            let destination = IPAddress(bytes: try reader.read(count: 16))
        else { return .failure(.wrongHeader) }
        guard `protocol` != 44 else { return .failure(.fragment) }
        return .success(
            IPPacket(
                source: source,
                destination: destination,
                protocol: `protocol`,
                timeToLive: timeToLive,
                trafficClass: UInt8(first >> 20 & 0xff),
                payload: try reader.read(count: length)
            )
        )
    }

    /// The packet in wire order: identification 0, no fragmentation flags, no options.
    package func encode() -> [UInt8] {
        var writer = ByteWriter()
        switch source {
        case .v4:
            precondition(payload.count <= 0xffff - 20, "the payload fits one packet")
            writer.write(UInt8(0x45))
            writer.write(trafficClass)
            writer.write(UInt16(20 + payload.count))
            writer.write(UInt32(0))
            writer.write(timeToLive)
            writer.write(self.protocol)
            writer.write(UInt16(0))
            writer.write(bytes: source.bytes)
            writer.write(bytes: destination.bytes)
            writer.overwrite(InternetChecksum.of(writer.bytes), at: 10)
        case .v6:
            precondition(payload.count <= 0xffff, "the payload fits one packet")
            writer.write(UInt32(6) << 28 | UInt32(trafficClass) << 20)
            writer.write(UInt16(payload.count))
            writer.write(self.protocol)
            writer.write(timeToLive)
            writer.write(bytes: source.bytes)
            writer.write(bytes: destination.bytes)
        }
        writer.write(bytes: payload)
        return writer.bytes
    }
}
