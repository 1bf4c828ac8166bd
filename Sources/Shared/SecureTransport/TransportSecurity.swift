internal import Crypto
internal import NIOCore
internal import NIOSSL
internal import Primitives

/// The TLS 1.3 contexts of both ends, which show the identity's certificate and ask for the other end's.
struct TransportSecurity {
    /// The accepting end.
    let server: NIOSSLContext
    /// The dialling end.
    let client: NIOSSLContext

    /// Makes both contexts with the certificate; the private key is the identity's.
    init(identity: IdentityKey, certificate: SelfSignedCertificate) throws(TransportError) {
        do {
            let chain: [NIOSSLCertificateSource] = [
                .certificate(try NIOSSLCertificate(bytes: certificate.bytes, format: .der))
            ]
            let key = NIOSSLPrivateKeySource.privateKey(
                try NIOSSLPrivateKey(bytes: Array(identity.privateKey.derRepresentation), format: .der)
            )
            var server = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
            Self.harden(&server)
            self.server = try NIOSSLContext(configuration: server)
            var client = TLSConfiguration.makeClientConfiguration()
            client.certificateChain = chain
            client.privateKey = key
            Self.harden(&client)
            self.client = try NIOSSLContext(configuration: client)
        } catch {
            throw .tls("\(error)")
        }
    }

    private static func harden(_ configuration: inout TLSConfiguration) {
        configuration.minimumTLSVersion = .tlsv13
        // A server that verifies nothing never asks for a certificate. The verdict is PeerJudge's, not the trust roots'.
        configuration.certificateVerification = .noHostnameVerification
        configuration.trustRoots = .certificates([])
        // How long a close waits for the other end's close_notify: nobody hears of the link any more by then.
        configuration.shutdownTimeout = .milliseconds(500)
        // A renegotiation does not exist in TLS 1.3, and post-handshake authentication is not offered.
        configuration.renegotiationSupport = .none
    }
}
