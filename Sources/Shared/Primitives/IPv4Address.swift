/// An IPv4 address.
package struct IPv4Address: Hashable, Comparable, Sendable {
    /// The address in host order: 192.0.2.1 is `0xc0000201`.
    package var rawValue: UInt32

    /// Makes an address of its number in host order.
    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// Makes an address of its four octets.
    package init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// Parses the dotted form: four decimal octets, without leading zeros, and nothing else.
    package init?(_ text: some StringProtocol) {
        var value: UInt32 = 0
        var octet: UInt32?
        var octets = 1
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                guard octet != 0 else { return nil }
                let next = (octet ?? 0) * 10 + UInt32(byte - UInt8(ascii: "0"))
                guard next <= 255 else { return nil }
                octet = next
            case UInt8(ascii: "."):
                guard let complete = octet, octets < 4 else { return nil }
                value = value << 8 | complete
                octet = nil
                octets += 1
            default:
                return nil
            }
        }
        guard let last = octet, octets == 4 else { return nil }
        rawValue = value << 8 | last
    }

    /// The four octets in network order.
    package var bytes: [UInt8] {
        [UInt8(rawValue >> 24), UInt8(rawValue >> 16 & 255), UInt8(rawValue >> 8 & 255), UInt8(rawValue & 255)]
    }

    package static func < (left: IPv4Address, right: IPv4Address) -> Bool { left.rawValue < right.rawValue }
}

extension IPv4Address: CustomStringConvertible {
    package var description: String {
        "\(rawValue >> 24).\(rawValue >> 16 & 255).\(rawValue >> 8 & 255).\(rawValue & 255)"
    }
}
