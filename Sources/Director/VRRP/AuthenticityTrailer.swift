package import Primitives

/// Proof that an advertisement comes from a holder of the key and is no repetition: 28 octets after the VRRP message.
///
///      0                   1                   2                   3
///     +---------------+---------------+-------------------------------+
///     |    Type 1     |    Key id     |          Reserved, 0          |
///     +---------------+---------------+-------------------------------+
///     |                      Seconds since 1970                       |
///     +---------------------------------------------------------------+
///     |               Counter: nanoseconds of the second              |
///     +---------------------------------------------------------------+
///     |             HMAC-SHA256, its first 16 octets (4 words)        |
///     +---------------------------------------------------------------+
///
/// The HMAC is over the source address, the twelve octets above, and the VRRP message with its checksum as 0. The
/// message's checksum and length do not know of the trailer.
package struct AuthenticityTrailer: Hashable, Sendable {
    /// When a message was sent: a sender never uses one twice, and never an earlier one after a later one.
    package struct Stamp: Hashable, Comparable, Sendable {
        /// Nanoseconds since 1970 by the sender's clock.
        package var nanoseconds: Int64

        /// Makes a stamp.
        package init(nanoseconds: Int64) {
            self.nanoseconds = nanoseconds
        }

        package static func < (left: Stamp, right: Stamp) -> Bool { left.nanoseconds < right.nanoseconds }
    }

    /// What the sender says in clear.
    package struct Header: Hashable, Sendable {
        /// Which key the code was made with.
        package var keyIdentifier: UInt8
        /// When the message was sent.
        package var stamp: Stamp

        /// Makes a header.
        package init(keyIdentifier: UInt8, stamp: Stamp) {
            self.keyIdentifier = keyIdentifier
            self.stamp = stamp
        }

        /// The twelve octets in wire order.
        package func encode() -> [UInt8] {
            var writer = ByteWriter()
            writer.write(AuthenticityTrailer.type)
            writer.write(keyIdentifier)
            writer.write(UInt16(0))
            writer.write(UInt32(truncatingIfNeeded: stamp.nanoseconds / 1_000_000_000))
            writer.write(UInt32(truncatingIfNeeded: stamp.nanoseconds % 1_000_000_000))
            return writer.bytes
        }
    }

    /// The only type: HMAC-SHA256.
    static let type: UInt8 = 1
    /// The octets of a whole trailer.
    package static let length = 28
    /// The octets of the code.
    package static let codeLength = 16

    /// What the sender says in clear.
    package var header: Header
    /// The truncated HMAC.
    package var code: [UInt8]

    /// Makes a trailer of a header and the code over it.
    package init(header: Header, code: [UInt8]) {
        self.header = header
        self.code = code
    }

    /// Reads a trailer, or nothing if it is none.
    package init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        var reader = ByteReader(bytes)
        do {
            guard try reader.read(UInt8.self) == Self.type else { return nil }
            let keyIdentifier = try reader.read(UInt8.self)
            // Reserved: ignored on reception, but the code covers it as 0.
            _ = try reader.read(UInt16.self)
            let seconds = Int64(try reader.read(UInt32.self))
            let counter = Int64(try reader.read(UInt32.self))
            guard counter < 1_000_000_000 else { return nil }
            let stamp = Stamp(nanoseconds: seconds * 1_000_000_000 + counter)
            self.init(
                header: Header(keyIdentifier: keyIdentifier, stamp: stamp),
                code: Array(reader.readRest())
            )
        } catch {
            return nil
        }
    }

    /// The trailer in wire order.
    package func encode() -> [UInt8] { header.encode() + code }

    /// Divides what was received into the message that its own count describes and whatever follows; nothing if the
    /// message is cut short or of an unknown version.
    package static func split(
        _ payload: ArraySlice<UInt8>,
        _ family: AddressFamily,
    ) -> (message: ArraySlice<UInt8>, trailer: ArraySlice<UInt8>)? {
        guard payload.count >= 8, let version = ProtocolVersion(rawValue: payload[payload.startIndex] >> 4) else {
            return nil
        }
        let count = Int(payload[payload.startIndex + 3])
        let length =
            switch version {
            case .version2: 16 + 4 * count
            case .version3: 8 + (family == .ipv4 ? 4 : 16) * count
            }
        guard payload.count >= length else { return nil }
        return (payload.prefix(length), payload.dropFirst(length))
    }

    /// What the code is computed over.
    package static func covered(
        by header: Header,
        _ message: some Collection<UInt8>,
        from source: IPAddress,
    ) -> [UInt8] {
        var octets = source.bytes + header.encode()
        octets += message.prefix(6)
        octets += [0, 0]
        octets += message.dropFirst(8)
        return octets
    }
}
