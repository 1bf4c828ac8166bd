package import Primitives

extension AddressFamily {
    /// By what machines on a LAN find each other, as an operator knows it.
    package var neighbourProtocol: String {
        switch self {
        case .ipv4: "ARP"
        case .ipv6: "neighbour discovery"
        }
    }
}
