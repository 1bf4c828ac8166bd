internal import Checks
package import Primitives

/// What a probe does to what.
package enum ProbeCheck: Hashable, Sendable {
    /// Opens a TCP connection to the endpoint and resets it.
    case tcp(Endpoint)
    /// Does something more to the endpoint, or from a source address of its own.
    case real(ProbeKind, Endpoint, source: IPAddress?)
    /// Sends a SYN for the virtual endpoint straight to the real server's link-layer address.
    case directPath(virtual: Endpoint, real: Endpoint)
}

extension ProbeCheck {
    /// The real server of a direct path.
    package var realServer: IPAddress? {
        if case .directPath(_, let real) = self { real.address } else { nil }
    }
}

extension ProbeCheck: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp(let endpoint): "tcp \(endpoint)"
        case .real(.tcpExchange, let endpoint, _): "tcp exchange \(endpoint)"
        case .real(.http(let expectation), let endpoint, _):
            "\(expectation.tls == nil ? "http" : "https") \(endpoint)\(expectation.path)"
        case .real(.dns(let expectation), let endpoint, _): "dns \(expectation.name) at \(endpoint)"
        case .real(.icmp, let endpoint, _): "icmp \(endpoint.address)"
        case .real(.icmpFullFrame, let endpoint, _): "icmp \(endpoint.address) full frame"
        case .real(.command(let command), let endpoint, _):
            "command \(command.arguments.first ?? "") for \(command.usesPort ? "\(endpoint)" : "\(endpoint.address)")"
        case .real(let kind, let endpoint, _): "\(kind.name) \(endpoint)"
        case .directPath(let virtual, let real): "direct-path \(virtual) at \(real.address)"
        }
    }
}
