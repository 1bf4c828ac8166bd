import Primitives
import VRRP

/// The addresses of the simulated LAN: directors are machines 0 and 1, the client 2, web nodes follow.
enum Lan {
    /// The interface's name on every machine.
    static let interface = "eth0"
    /// The client's number.
    static let client = 2
    /// The number of the first web node.
    static let firstRealServer = 3

    /// A web node's name.
    static func name(_ node: Int) -> String { "w\(node - firstRealServer + 1)" }

    /// The length of the LAN's own IPv4 prefix.
    static let prefixLength: UInt8 = 24

    /// A machine's Ethernet address.
    static func mac(_ node: Int) -> MACAddress { MACAddress(rawValue: 0x0200_0000_0000 + UInt64(node)) }

    /// A machine's own IPv4 address.
    static func address(_ node: Int) -> IPv4Address { IPv4Address(192, 0, 2, UInt8(10 + node)) }

    /// A machine's own link-local address.
    static func linkLocal(_ node: Int) -> IPv6Address {
        IPv6Address(high: 0xfe80_0000_0000_0000, low: UInt64(0x10 + node))
    }

    /// A virtual IPv4 address.
    static func virtual(_ number: Int) -> IPAddress { .v4(IPv4Address(192, 0, 2, UInt8(100 + number))) }

    /// An address with the length of the LAN's prefix.
    static func wide(_ address: IPAddress) -> Prefix {
        Prefix(address: address, length: prefixLength) ?? Prefix(host: address)
    }

    /// A virtual IPv6 address; number 0 is link-local, as the first of a virtual router must be.
    static func virtualIPv6(_ number: Int) -> IPAddress {
        .v6(IPv6Address(high: number == 0 ? 0xfe80_0000_0000_0000 : 0x2001_0db8_0000_0000, low: UInt64(100 + number)))
    }
}

/// What travels on the LAN.
enum Frame {
    /// A VRRP message without its IP header.
    case vrrp(payload: [UInt8], source: IPAddress, destination: IPAddress, timeToLive: UInt8)
    /// A whole Ethernet frame: ARP or a neighbour advertisement.
    case ethernet([UInt8])
}
