package import Primitives

extension MACAddress {
    /// The virtual MAC of a virtual router (RFC 9568 section 7.3): 00-00-5E-00-01-{VRID} for IPv4, 00-00-5E-00-02-{VRID}
    /// for IPv6.
    package static func virtualRouter(_ identifier: UInt8, _ family: AddressFamily) -> MACAddress {
        MACAddress(rawValue: (family == .ipv4 ? 0x0000_5e00_0100 : 0x0000_5e00_0200) | UInt64(identifier))
    }

    /// The virtual router whose virtual MAC it is, if it is one.
    package var virtualRouter: (identifier: UInt8, family: AddressFamily)? {
        let identifier = UInt8(rawValue & 0xff)
        guard identifier != 0 else { return nil }
        return switch rawValue >> 8 {
        case 0x5e_0001: (identifier, .ipv4)
        case 0x5e_0002: (identifier, .ipv6)
        default: nil
        }
    }
}
