internal import Checks

/// A domain name of at most 255 octets (RFC 1035 section 3.1), in lower case.
package struct DNSName: Hashable, Sendable {
    /// The labels, without the root's empty one.
    package let labels: [[UInt8]]

    /// Makes a name of labels; nothing if one is empty or longer than 63 octets, or all are longer than 255.
    package init?(labels: [[UInt8]]) {
        guard labels.allSatisfy({ (1...63).contains($0.count) }),
            labels.reduce(1, { $0 + $1.count + 1 }) <= 255
        else { return nil }
        self.labels = labels.map { $0.map { (65...90).contains($0) ? $0 + 32 : $0 } }
    }

    /// Reads a name as people write it, with or without the final dot.
    package init?(_ text: String) {
        guard text != "." else {
            self.init(labels: [])
            return
        }
        let absolute = text.hasSuffix(".") ? text.dropLast() : text[...]
        guard !absolute.isEmpty, absolute.utf8.allSatisfy({ (33...126).contains($0) }) else { return nil }
        self.init(labels: absolute.utf8.split(separator: 46, omittingEmptySubsequences: false).map(Array.init))
    }

    /// The name in wire order, never compressed.
    package var encoded: [UInt8] { labels.flatMap { [UInt8($0.count)] + $0 } + [0] }
}

extension DNSName: CustomStringConvertible {
    package var description: String {
        labels.isEmpty ? "." : labels.map { ProbeText.shown($0) }.joined(separator: ".")
    }
}
