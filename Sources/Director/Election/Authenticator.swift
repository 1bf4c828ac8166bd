internal import Crypto
package import DirectorCore
package import Primitives
package import VRRP

/// The keys of the election: it makes and checks the codes of trailers, and decides nothing.
package struct Authenticator {
    private var keys: [VirtualRouterSettings.Identity: [UInt8: SymmetricKey]] = [:]

    /// Whether any router signs or verifies.
    var isNeeded: Bool { !keys.isEmpty }

    /// Makes it of the settings in force.
    package init(_ settings: ElectionSettings) {
        for router in settings.routers {
            guard let authenticity = router.authenticity else { continue }
            keys[router.identity] = Dictionary(
                authenticity.keys.map { ($0.identifier, SymmetricKey(data: $0.secret)) },
                uniquingKeysWith: { first, _ in first }
            )
        }
    }

    /// The message with its trailer, or nothing if there is no such key.
    package func sign(
        _ message: [UInt8],
        _ header: AuthenticityTrailer.Header,
        on interface: String,
        from source: IPAddress,
    ) -> [UInt8]? {
        guard let key = keys(for: message, on: interface, source.family)?[header.keyIdentifier] else { return nil }
        let code = Self.code(of: AuthenticityTrailer.covered(by: header, message, from: source), with: key)
        return message + AuthenticityTrailer(header: header, code: code).encode()
    }

    /// The packet without its trailer and with what the trailer proves; as it is where its router has no keys.
    package func judged(_ packet: ReceivedPacket) -> ReceivedPacket {
        guard let keys = keys(for: packet.payload, on: packet.interface, packet.source.family),
            let (message, rest) = AuthenticityTrailer.split(packet.payload[...], packet.source.family), !rest.isEmpty
        else { return packet }
        var result = packet
        result.payload = Array(message)
        result.authenticity = verdict(message, rest, from: packet.source, keys)
        return result
    }

    private func verdict(
        _ message: ArraySlice<UInt8>,
        _ rest: ArraySlice<UInt8>,
        from source: IPAddress,
        _ keys: [UInt8: SymmetricKey],
    ) -> AuthenticityVerdict {
        guard let trailer = AuthenticityTrailer(decoding: rest) else { return .failed(.malformed) }
        guard let key = keys[trailer.header.keyIdentifier] else { return .failed(.unknownKey) }
        let expected = Self.code(of: AuthenticityTrailer.covered(by: trailer.header, message, from: source), with: key)
        // All octets are looked at, so that the time tells nothing of how many were right.
        let difference = zip(expected, trailer.code).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return difference == 0 ? .verified(trailer.header) : .failed(.invalid)
    }

    private func keys(
        for message: [UInt8],
        on interface: String,
        _ family: AddressFamily,
    ) -> [UInt8: SymmetricKey]? {
        guard message.count >= 8 else { return nil }
        return keys[
            VirtualRouterSettings.Identity(
                virtualRouterIdentifier: message[1],
                interface: interface,
                family: family
            )
        ]
    }

    private static func code(of octets: [UInt8], with key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: octets, using: key).prefix(AuthenticityTrailer.codeLength))
    }
}
