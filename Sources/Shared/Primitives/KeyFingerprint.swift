/// The SHA-256 of a public key's SubjectPublicKeyInfo, by which both ends of a link know each other.
package struct KeyFingerprint: Hashable, Comparable, Sendable {
    /// The 32 octets.
    package let bytes: [UInt8]

    /// Makes a fingerprint of 32 octets, or nothing if there are not 32.
    package init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Parses `SHA256:` and 64 hexadecimal digits of either case.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8)
        let head = Array("SHA256:".utf8)
        guard digits.count == head.count + 64, digits.starts(with: head) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: head.count, to: digits.count, by: 2) {
            guard let high = Self.digit(digits[index]), let low = Self.digit(digits[index + 1]) else { return nil }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }

    package static func < (left: KeyFingerprint, right: KeyFingerprint) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension KeyFingerprint: CustomStringConvertible {
    package var description: String {
        "SHA256:" + bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
