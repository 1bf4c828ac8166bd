package import Primitives

/// A version of VRRP.
package enum ProtocolVersion: UInt8, Hashable, Sendable, CaseIterable {
    /// RFC 3768, IPv4 alone.
    case version2 = 2
    /// RFC 9568, which obsoletes RFC 5798.
    case version3 = 3

    /// IP protocol and next header number of VRRP (RFC 9568 section 5.1).
    package static let protocolNumber: UInt8 = 112
    /// TTL and hop limit of every advertisement (RFC 9568 sections 5.1.1.3 and 5.1.2.3).
    package static let timeToLive: UInt8 = 255

    /// The group that advertisements go to (RFC 9568 sections 5.1.1.2 and 5.1.2.2).
    package static func group(_ family: AddressFamily) -> IPAddress {
        switch family {
        case .ipv4: .v4(IPv4Address(224, 0, 0, 18))
        case .ipv6: .v6(IPv6Address(high: 0xff02_0000_0000_0000, low: 0x12))
        }
    }

    /// The Ethernet address of that group.
    package static func groupMAC(_ family: AddressFamily) -> MACAddress {
        MACAddress(rawValue: family == .ipv4 ? 0x0100_5e00_0012 : 0x3333_0000_0012)
    }
}
