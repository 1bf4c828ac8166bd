internal import Crypto
internal import Primitives

/// An X.509 certificate that carries an identity key into a TLS handshake and says nothing else.
///
/// The other end judges the key alone, so everything around it is constant:
///
///     Certificate ::= SEQUENCE {
///         tbsCertificate SEQUENCE {
///             [0] version 2 (v3), serialNumber 1, signature ecdsa-with-SHA256,
///             issuer CN=tandem, validity, subject CN=tandem, subjectPublicKeyInfo },
///         signatureAlgorithm ecdsa-with-SHA256,
///         signatureValue BIT STRING }                                                    (RFC 5280 section 4.1)
struct SelfSignedCertificate {
    /// The certificate in DER.
    let bytes: [UInt8]

    /// Signs a certificate for the key; by default it has no well-defined expiry (RFC 5280 section 4.1.2.5).
    init(
        key: IdentityKey,
        notBefore: String = "20200101000000Z",
        notAfter: String = "99991231235959Z",
    ) throws(TransportError) {
        let algorithm = Self.sequence(Self.objectIdentifier([0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]))
        let commonName = Self.sequence(Self.objectIdentifier([0x55, 0x04, 0x03]) + Self.text(0x0c, "tandem"))
        let name = Self.sequence(Self.element(0x31, commonName))
        let content =
            Self.element(0xa0, Self.element(0x02, [2])) + Self.element(0x02, [1]) + algorithm + name
            + Self.sequence(Self.time(notBefore) + Self.time(notAfter)) + name
            + Array(key.privateKey.publicKey.derRepresentation)
        let toBeSigned = Self.sequence(content)
        do {
            let signature = Array(try key.privateKey.signature(for: toBeSigned).derRepresentation)
            // The leading octet of a BIT STRING counts the unused bits.
            bytes = Self.sequence(toBeSigned + algorithm + Self.element(0x03, [0] + signature))
        } catch {
            throw .tls("signing the certificate failed: \(error)")
        }
    }

    /// One element of the distinguished encoding rules: tag, length, content (X.690 section 8.1).
    private static func element(_ tag: UInt8, _ content: [UInt8]) -> [UInt8] {
        var writer = ByteWriter()
        writer.write(tag)
        switch content.count {
        case ..<0x80:
            writer.write(UInt8(content.count))
        case ..<0x100:
            writer.write(0x81 as UInt8)
            writer.write(UInt8(content.count))
        default:
            writer.write(0x82 as UInt8)
            writer.write(UInt16(content.count))
        }
        writer.write(bytes: content)
        return writer.bytes
    }

    private static func sequence(_ content: [UInt8]) -> [UInt8] { element(0x30, content) }

    private static func objectIdentifier(_ content: [UInt8]) -> [UInt8] { element(0x06, content) }

    private static func text(_ tag: UInt8, _ content: String) -> [UInt8] { element(tag, Array(content.utf8)) }

    /// A time as `YYYYMMDDhhmmssZ`: through 2049 it has to be a UTCTime, without the century.
    private static func time(_ content: String) -> [UInt8] {
        content < "2050" ? text(0x17, String(content.dropFirst(2))) : text(0x18, content)
    }
}
