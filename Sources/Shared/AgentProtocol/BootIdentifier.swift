/// What names one boot of a machine: the 16 octets of `/proc/sys/kernel/random/boot_id`.
package struct BootIdentifier: Hashable, Sendable {
    /// The first 64 bits in network order.
    package var high: UInt64
    /// The last 64 bits in network order.
    package var low: UInt64

    /// Makes an identifier of its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an identifier of 16 octets, or nothing if there are not 16.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        high = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes.dropFirst(8).reduce(0) { $0 << 8 | UInt64($1) }
    }

    /// Parses 32 hexadecimal digits, with hyphens anywhere between them, as the kernel prints them.
    package init?(_ text: some StringProtocol) {
        let digits = String(text.filter { $0 != "-" })
        guard digits.utf8.count == 32, digits.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
            return nil
        }
        guard let high = UInt64(digits.prefix(16), radix: 16), let low = UInt64(digits.suffix(16), radix: 16) else {
            return nil
        }
        self.init(high: high, low: low)
    }

    /// The 16 octets.
    package var bytes: [UInt8] {
        [high, low].flatMap { half in
            stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: half >> UInt64($0)) }
        }
    }
}

extension BootIdentifier: CustomStringConvertible {
    /// The 32 hexadecimal digits, without hyphens, as `journalctl --list-boots` prints them.
    package var description: String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
