import Primitives
import VRRP

/// libFuzzer's entry: any octets are frames of the wire or are refused, and never trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzVRRP(_ start: UnsafePointer<UInt8>, _ count: Int) -> CInt {
    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
    let pairs: [(IPAddress, IPAddress)] = [
        (.v4(IPv4Address(192, 0, 2, 1)), .v4(IPv4Address(224, 0, 0, 18))),
        (.v6(IPv6Address(high: 0xfe80 << 48, low: 1)), .v6(IPv6Address(high: 0xff02 << 48, low: 0x12))),
    ]
    for (source, destination) in pairs {
        guard let decoded = try? Advertisement.decode(bytes[...], from: source, to: destination) else { continue }
        // What was understood says the same when it is written and read again.
        let again = decoded.advertisement.encode(from: source, to: destination, checksum: decoded.checksumForm)
        let reread = try? Advertisement.decode(again[...], from: source, to: destination)
        precondition(reread?.advertisement == decoded.advertisement)
    }
    for family in AddressFamily.allCases {
        guard let (message, rest) = AuthenticityTrailer.split(bytes[...], family) else { continue }
        precondition(message.count + rest.count == bytes.count)
        guard let trailer = AuthenticityTrailer(decoding: rest) else { continue }
        precondition(AuthenticityTrailer(decoding: trailer.encode()[...]) == trailer)
        _ = AuthenticityTrailer.covered(by: trailer.header, message, from: pairs[0].0)
    }
    if let frame = EthernetFrame(decoding: bytes) {
        _ = ARPPacket(decoding: frame.payload)
        if let packet = try? IPPacket(decoding: frame.payload) {
            _ = try? Advertisement.decode(packet.payload, from: packet.source, to: packet.destination)
        }
    }
    _ = ARPPacket(decoding: bytes[...])
    return 0
}
