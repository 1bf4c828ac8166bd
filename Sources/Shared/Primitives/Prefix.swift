/// An address with a prefix length, as `ip address add` takes it; the host part is kept.
package struct Prefix: Hashable, Comparable, Sendable {
    /// The address, host part included.
    package let address: IPAddress
    /// The prefix length in bits, at most 32 or 128.
    package let length: UInt8

    /// Makes a prefix, or nothing if the length exceeds the family's.
    package init?(address: IPAddress, length: UInt8) {
        guard length <= Self.maximumLength(address.family) else { return nil }
        self.address = address
        self.length = length
    }

    /// The prefix of one address alone: /32 or /128.
    package init(host address: IPAddress) {
        self.address = address
        length = Self.maximumLength(address.family)
    }

    /// Parses `ADDRESS/LENGTH`, or an address alone as a host prefix.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let address = IPAddress(first) else { return nil }
        guard parts.count == 2 else {
            self.init(host: address)
            return
        }
        guard (1...3).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy({ (48...57).contains($0) }),
            let length = UInt8(parts[1])
        else { return nil }
        self.init(address: address, length: length)
    }

    /// Whether the prefix is of one address alone.
    package var isHost: Bool { length == Self.maximumLength(address.family) }

    /// Whether the address is in the network; never across families.
    package func contains(_ other: IPAddress) -> Bool {
        let common =
            switch (address, other) {
            case (.v4(let mine), .v4(let theirs)): (mine.rawValue ^ theirs.rawValue).leadingZeroBitCount
            case (.v6(let mine), .v6(let theirs)):
                mine.high == theirs.high
                    ? 64 + (mine.low ^ theirs.low).leadingZeroBitCount : (mine.high ^ theirs.high).leadingZeroBitCount
            case (.v4, .v6), (.v6, .v4): -1
            }
        return common >= Int(length)
    }

    /// Whether every address of the other prefix is in this one.
    package func contains(_ other: Prefix) -> Bool { other.length >= length && contains(other.address) }

    /// The longest prefix of a family: 32 or 128 bits.
    package static func maximumLength(_ family: AddressFamily) -> UInt8 { family == .ipv4 ? 32 : 128 }

    package static func < (left: Prefix, right: Prefix) -> Bool {
        left.address == right.address ? left.length < right.length : left.address < right.address
    }
}

extension Prefix: CustomStringConvertible {
    package var description: String { "\(address)/\(length)" }
}
