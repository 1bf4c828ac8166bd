internal import NIOCore
internal import NIOSSL
internal import Primitives

/// Judges the other end of one connection by its public key alone, on the event loop.
final class PeerJudge {
    private let isPinned: (KeyFingerprint) -> Bool
    /// Why the other end was turned down, once it was.
    private(set) var refusal: LinkRefusal?

    init(isPinned: @escaping (KeyFingerprint) -> Bool) {
        self.isPinned = isPinned
    }

    /// NIOSSL's question during the handshake, with the chain as the other end sent it.
    func judge(_ chain: [NIOSSLCertificate], _ verdict: EventLoopPromise<NIOSSLVerificationResult>) {
        // Neither name nor validity nor issuer is looked at: an expired certificate with the right key is right.
        if verify(chain.first) != nil {
            verdict.succeed(.certificateVerified)
        } else {
            verdict.succeed(.failed)
        }
    }

    /// The fingerprint of the certificate's key if it is pinned now, else the refusal is noted.
    func verify(_ certificate: NIOSSLCertificate?) -> KeyFingerprint? {
        guard let certificate else {
            refusal = .noCertificate
            return nil
        }
        // BoringSSL has parsed the leaf's public key by now (tls13_both.cc, tls13_process_certificate), so extracting it
        // cannot trap.
        guard let bytes = try? certificate.extractPublicKey().toSPKIBytes() else {
            refusal = .handshakeFailed
            return nil
        }
        let fingerprint = IdentityKey.fingerprint(ofPublicKeyInfo: bytes)
        guard isPinned(fingerprint) else {
            refusal = .unknownKey
            return nil
        }
        return fingerprint
    }
}
