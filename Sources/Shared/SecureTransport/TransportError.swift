package import Primitives
package import SystemPackage

/// What keeps a listener or a dialer from starting.
package enum TransportError: Error, Hashable, Sendable {
    /// The address and port cannot be listened on.
    case cannotListen(Endpoint, Errno)
    /// TLS cannot be set up with the key.
    case tls(String)
}

extension TransportError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .cannotListen(let endpoint, let errno): "cannot listen on \(endpoint): \(errno)"
        case .tls(let text): "cannot set up TLS: \(text)"
        }
    }
}
