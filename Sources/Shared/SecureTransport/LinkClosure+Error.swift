internal import NIOCore
internal import NIOSSL
internal import SystemPackage

extension LinkClosure {
    /// Names what an error of the pipeline means.
    init(_ error: any Error, whileHandshaking: Bool) {
        switch error {
        case let error as IOError:
            let isReset = [Errno.connectionReset.rawValue, Errno.brokenPipe.rawValue].contains(error.errnoCode)
            if whileHandshaking {
                self = .refused(.abandoned)
            } else {
                self = isReset ? .closedByPeer : .failed(Errno(rawValue: error.errnoCode))
            }
        case NIOSSLError.uncleanShutdown:
            self = whileHandshaking ? .refused(.abandoned) : .closedByPeer
        default:
            // BoringSSL's reasons are reachable through their text alone.
            let refusal = Self.refusal(inErrorText: "\(error)")
            self = whileHandshaking || refusal == .rejectedByPeer ? .refused(refusal) : .brokenStream
        }
    }

    private static func refusal(inErrorText text: String) -> LinkRefusal {
        for (mark, refusal) in marks where text.contains(mark) { return refusal }
        return .handshakeFailed
    }

    /// Reasons of BoringSSL (ssl.errordata) and what they mean here; the first that is found counts.
    private static let marks: [(String, LinkRefusal)] = [
        ("EOF during handshake", .abandoned),
        ("PEER_DID_NOT_RETURN_A_CERTIFICATE", .noCertificate),
        ("UNSUPPORTED_PROTOCOL", .oldProtocol),
        ("ALERT_PROTOCOL_VERSION", .oldProtocol),
        ("HTTP_REQUEST", .notTLS),
        ("HTTPS_PROXY_REQUEST", .notTLS),
        ("WRONG_VERSION_NUMBER", .notTLS),
        ("UNEXPECTED_RECORD", .notTLS),
        ("_ALERT_", .rejectedByPeer),
    ]
}
