/// An IPv6 address.
package struct IPv6Address: Hashable, Comparable, Sendable {
    /// The first 64 bits in host order.
    package var high: UInt64
    /// The last 64 bits in host order.
    package var low: UInt64

    /// Makes an address of its two halves.
    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Makes an address of its eight groups, or nothing if there are not eight.
    package init?(groups: [UInt16]) {
        guard groups.count == 8 else { return nil }
        high = groups[0..<4].reduce(0) { $0 << 16 | UInt64($1) }
        low = groups[4..<8].reduce(0) { $0 << 16 | UInt64($1) }
    }

    /// Parses the text forms of RFC 4291 section 2.2, an embedded dotted IPv4 address included; no zone.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        guard text.utf8.count <= 45 else { return nil }
        guard let gap = Self.doubleColon(in: text) else {
            guard let groups = Self.parseGroups(text[...]) else { return nil }
            self.init(groups: groups)
            return
        }
        let after = text.utf8.index(gap, offsetBy: 2)
        guard let head = Self.parseGroups(text[..<gap]), let tail = Self.parseGroups(text[after...]) else { return nil }
        // An IPv4 tail is right only at the very end, and "::" stands for at least one group.
        guard head.count + tail.count < 8, !text[..<gap].contains(".") else { return nil }
        self.init(groups: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private static func doubleColon(in text: String) -> String.Index? {
        var previous: UInt8 = 0
        for index in text.utf8.indices {
            if text.utf8[index] == UInt8(ascii: ":"), previous == UInt8(ascii: ":") {
                return text.utf8.index(before: index)
            }
            previous = text.utf8[index]
        }
        return nil
    }

    private static func parseGroups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 8 else { return nil }
        var groups: [UInt16] = []
        for (index, part) in parts.enumerated() {
            if part.contains(".") {
                guard index == parts.count - 1, let embedded = IPv4Address(part) else { return nil }
                groups.append(UInt16(embedded.rawValue >> 16))
                groups.append(UInt16(embedded.rawValue & 0xffff))
            } else {
                guard (1...4).contains(part.utf8.count), part.utf8.first != UInt8(ascii: "+"),
                    let group = UInt16(part, radix: 16)
                else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    /// The eight groups in host order.
    package var groups: [UInt16] {
        [high, low].flatMap { half in [48, 32, 16, 0].map { UInt16(half >> $0 & 0xffff) } }
    }

    /// The sixteen octets in network order.
    package var bytes: [UInt8] { groups.flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] } }

    /// Whether this is a link-local unicast address, fe80::/10 (RFC 4291 section 2.5.6).
    package var isLinkLocal: Bool { high >> 54 == 0xfe80 >> 6 }

    package static func < (left: IPv6Address, right: IPv6Address) -> Bool {
        left.high == right.high ? left.low < right.low : left.high < right.high
    }
}

extension IPv6Address: CustomStringConvertible {
    /// The address as RFC 5952 wants it: lower case, the longest run of two or more zero groups shortened.
    package var description: String {
        let groups = groups
        var best = 0..<0
        var start: Int?
        for index in 0...8 {
            if index < 8, groups[index] == 0 {
                start = start ?? index
            } else if let from = start {
                if index - from > best.count { best = from..<index }
                start = nil
            }
        }
        func text(_ part: ArraySlice<UInt16>) -> String {
            part.map { String($0, radix: 16) }.joined(separator: ":")
        }
        guard best.count >= 2 else { return text(groups[...]) }
        return text(groups[..<best.lowerBound]) + "::" + text(groups[best.upperBound...])
    }
}
