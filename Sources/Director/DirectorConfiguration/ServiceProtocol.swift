internal import Primitives

/// The protocols by the names that a file uses.
enum ServiceProtocol: String, CaseIterable {
    case tcp
    case udp

    var transport: TransportProtocol {
        switch self {
        case .tcp: .tcp
        case .udp: .udp
        }
    }
}
