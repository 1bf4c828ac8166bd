/// A 48-bit Ethernet address.
package struct MACAddress: Hashable, Comparable, Sendable {
    /// The address as a number; the first octet is the most significant of the low 48 bits.
    package var rawValue: UInt64

    /// Makes an address of the low 48 bits of a number.
    package init(rawValue: UInt64) {
        self.rawValue = rawValue & 0xffff_ffff_ffff
    }

    /// Makes an address of six octets, or nothing if there are not six.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 6 else { return nil }
        rawValue = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Parses the form `02:00:5e:10:00:01`.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 6, parts.allSatisfy({ $0.utf8.count == 2 }) else { return nil }
        let bytes = parts.compactMap { UInt8($0, radix: 16) }
        self.init(bytes: bytes)
    }

    /// The six octets.
    package var bytes: [UInt8] { [40, 32, 24, 16, 8, 0].map { UInt8(rawValue >> $0 & 0xff) } }

    /// ff:ff:ff:ff:ff:ff.
    package static let broadcast = MACAddress(rawValue: 0xffff_ffff_ffff)

    package static func < (left: MACAddress, right: MACAddress) -> Bool { left.rawValue < right.rawValue }
}

extension MACAddress: CustomStringConvertible {
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: ":")
    }
}
