import Primitives

/// An ICMP echo request (RFC 792) or its ICMPv6 like (RFC 4443 section 4.1), with what its reply has to repeat.
struct EchoMessage: Hashable {
    /// Names the sender.
    var identifier: UInt16
    /// Names the request.
    var sequence: UInt16
    /// How long the IP packet shall be; as long as ping(8) makes it where absent.
    var packetLength: Int?

    /// The payload, of the size that ping(8) sends.
    private static let payload = Array("tandem probe, please echo this back to its sender, thank".utf8)

    /// The message in wire order; the kernel fills in the checksum of ICMPv6 (raw sockets, RFC 3542 section 3.1).
    func encode(family: AddressFamily) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(UInt8(family == .ipv4 ? 8 : 128))
        writer.write(UInt8(0))
        writer.write(UInt16(0))
        writer.write(identifier)
        writer.write(sequence)
        writer.write(bytes: Self.payload)
        if let packetLength {
            let length = packetLength - (family == .ipv4 ? 20 : 40)
            writer.write(bytes: [UInt8](repeating: 0, count: max(0, min(length, 65_507) - writer.count)))
        }
        guard family == .ipv4 else { return writer.bytes }
        var checksum = InternetChecksum()
        checksum.add(writer.bytes)
        writer.overwrite(checksum.value, at: 2)
        return writer.bytes
    }

    /// Whether a datagram from a raw socket is the reply; with IPv4 it begins with the IP header.
    func isAnswered(by bytes: [UInt8], family: AddressFamily) -> Bool {
        var start = 0
        if family == .ipv4 {
            guard let first = bytes.first, first >> 4 == 4 else { return false }
            start = Int(first & 0x0f) * 4
        }
        guard bytes.count >= start + 8, bytes[start] == (family == .ipv4 ? 0 : 129) else { return false }
        return bytes[(start + 4)..<(start + 8)].elementsEqual([
            UInt8(identifier >> 8), UInt8(identifier & 0xff), UInt8(sequence >> 8), UInt8(sequence & 0xff),
        ])
    }
}
