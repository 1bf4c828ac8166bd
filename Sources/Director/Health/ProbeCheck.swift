package import Primitives

/// What a probe does to what.
package enum ProbeCheck: Hashable, Sendable {
    /// Opens a TCP connection to the endpoint and resets it.
    case tcp(Endpoint)
    /// Sends a SYN for the virtual endpoint straight to the real server's link-layer address.
    case directPath(virtual: Endpoint, real: Endpoint)
}

extension ProbeCheck: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let endpoint): "tcp \(endpoint)"
        case .directPath(let virtual, let real): "direct-path \(virtual) at \(real.address)"
        }
    }
}
