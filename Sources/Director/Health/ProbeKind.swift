package import Checks

/// What a probe of a real server's own address does.
package enum ProbeKind: Hashable, Sendable {
    /// Opens a TCP connection and resets it.
    case tcp
    /// Opens a TCP connection, sends, and reads until the answer is the expected one.
    case tcpExchange(ByteExchange)
    /// Shakes hands by TLS and judges the certificate.
    case tls(TLSExpectation)
    /// Makes an HTTP request, over TLS if its expectation says so.
    case http(HTTPExpectation)
    /// Sends a datagram and waits for an answer.
    case udp(ByteExchange)
    /// Asks a question of a name server, over UDP.
    case dns(DNSExpectation)
    /// Sends an ICMP or ICMPv6 echo request.
    case icmp
    /// Sends an echo request twice, once as long as the interface's MTU lets it be and never to be fragmented.
    case icmpFullFrame
    /// Runs a program, which passes by exit status 0.
    case command(CommandCheck)
}

extension ProbeKind {
    /// Whether it is about something that speaks over a TCP connection.
    package var usesConnection: Bool {
        switch self {
        case .tcp, .tcpExchange, .tls, .http: true
        case .udp, .dns, .icmp, .icmpFullFrame, .command: false
        }
    }

    /// Whether a port is a part of what is asked.
    package var usesPort: Bool {
        switch self {
        case .tcp, .tcpExchange, .tls, .http, .udp, .dns: true
        case .command(let command): command.usesPort
        case .icmp, .icmpFullFrame: false
        }
    }

    /// The kind's name as the configuration writes it.
    package var name: String {
        switch self {
        case .tcp, .tcpExchange: "tcp"
        case .tls: "tls"
        case .http(let expectation): expectation.tls == nil ? "http" : "https"
        case .udp: "udp"
        case .dns: "dns"
        case .icmp, .icmpFullFrame: "icmp"
        case .command: "command"
        }
    }
}

extension ProbeKind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tcp, .icmp: name
        case .icmpFullFrame: "\(name) full frame"
        case .tcpExchange(let exchange), .udp(let exchange): "\(name) \(exchange)"
        case .tls(let expectation): "\(name) \(expectation)"
        case .http(let expectation): "\(name) \(expectation)"
        case .dns(let expectation): "\(name) \(expectation)"
        case .command(let command): "\(name) \(command)"
        }
    }
}
