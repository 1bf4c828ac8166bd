/// A transport protocol that IPVS balances, by its IP protocol number.
package enum TransportProtocol: UInt8, Hashable, Comparable, Sendable, CaseIterable, CustomStringConvertible {
    case tcp = 6
    case udp = 17

    package var description: String {
        switch self {
        case .tcp: "tcp"
        case .udp: "udp"
        }
    }

    package static func < (left: TransportProtocol, right: TransportProtocol) -> Bool { left.rawValue < right.rawValue }
}
