internal import Primitives

extension IPAddress {
    /// What kind of address it is, if no host can have it on a LAN.
    var unusable: String? {
        switch self {
        case .v4(let address):
            switch address.rawValue >> 24 {
            case 0: "in 0.0.0.0/8"
            case 127: "a loopback address"
            case 224...239: "a multicast address"
            case 240...255: "a reserved address"
            default: nil
            }
        case .v6(let address):
            if address.high == 0 && address.low <= 1 {
                address.low == 0 ? "the unspecified address" : "the loopback address"
            } else if address.high >> 56 == 0xff {
                "a multicast address"
            } else if address.high == 0 && address.low >> 32 == 0xffff {
                "an IPv4-mapped address"
            } else {
                nil
            }
        }
    }
}

extension IPAddress {
    /// The same, also if it says nothing without an interface beside it.
    var unusableWithoutInterface: String? {
        if let problem = unusable { return problem }
        return ipv6?.isLinkLocal == true ? "a link-local address, which means nothing without an interface" : nil
    }
}

extension Prefix {
    /// What the address means in its own network, if that is no host.
    var unusable: String? {
        guard case .v4(let address) = address, length < 31 else { return nil }
        if length == 0 { return "in a network without bits" }
        let hostMask = UInt32.max >> UInt32(length)
        return switch address.rawValue & hostMask {
        case 0: "the network address"
        case hostMask: "the broadcast address"
        default: nil
        }
    }
}

extension AddressFamily {
    /// The family's usual name.
    var title: String { self == .ipv4 ? "IPv4" : "IPv6" }
}
