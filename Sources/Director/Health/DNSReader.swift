internal import Checks
internal import Primitives

/// Reads the parts of a DNS message; whatever the bytes, it neither traps nor reads for long.
struct DNSReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func word() -> UInt16? {
        guard position + 2 <= bytes.count else { return nil }
        defer { position += 2 }
        return UInt16(bytes[position]) << 8 | UInt16(bytes[position + 1])
    }

    mutating func skip(_ count: Int) -> Bool {
        guard position + count <= bytes.count else { return false }
        position += count
        return true
    }

    /// Reads a name, compressed or not (RFC 1035 section 4.1.4).
    mutating func name() -> DNSName? {
        guard let (name, end) = name(at: position) else { return nil }
        position = end
        return name
    }

    private func name(at start: Int) -> (name: DNSName, end: Int)? {
        var labels: [[UInt8]] = []
        var octets = 1
        var at = start
        var end: Int?
        while at < bytes.count {
            let length = Int(bytes[at])
            switch length >> 6 {
            case 0 where length == 0:
                return DNSName(labels: labels).map { ($0, end ?? at + 1) }
            case 0:
                octets += length + 1
                guard at + 1 + length <= bytes.count, octets <= 255 else { return nil }
                labels.append(Array(bytes[(at + 1)..<(at + 1 + length)]))
                at += 1 + length
            case 3:
                guard at + 1 < bytes.count else { return nil }
                let target = (length & 0x3f) << 8 | Int(bytes[at + 1])
                // A pointer leads back, always further, so that no message can make a circle.
                guard target < min(at, start) || (end != nil && target < at) else { return nil }
                octets += 1
                guard octets <= 255 else { return nil }
                end = end ?? at + 2
                at = target
            default:
                return nil
            }
        }
        return nil
    }

    /// Reads the data of a record as people write it.
    mutating func record(_ type: UInt16, length: Int) -> String? {
        let start = position
        guard skip(length) else { return nil }
        let data = bytes[start..<(start + length)]
        switch DNSExpectation.RecordType.allCases.first(where: { $0.number == type }) {
        case .a: return length == 4 ? IPAddress(bytes: data).map { "\($0)" } : nil
        case .aaaa: return length == 16 ? IPAddress(bytes: data).map { "\($0)" } : nil
        case .ns, .cname, .ptr, .soa: return domain(at: start, data.endIndex)
        case .mx: return prefixed(words: 1, at: start, data.endIndex)
        case .srv: return prefixed(words: 3, at: start, data.endIndex)
        case .txt: return Self.strings(data)
        case nil: return ""
        }
    }

    private func domain(at start: Int, _ end: Int) -> String? {
        guard let (name, nameEnd) = name(at: start), nameEnd <= end else { return nil }
        return "\(name)"
    }

    private func prefixed(words: Int, at start: Int, _ end: Int) -> String? {
        guard start + 2 * words < end, let name = domain(at: start + 2 * words, end) else { return nil }
        let numbers = (0..<words).map { index in
            "\(UInt16(bytes[start + 2 * index]) << 8 | UInt16(bytes[start + 2 * index + 1]))"
        }
        return (numbers + [name]).joined(separator: " ")
    }

    /// The character strings of a TXT record, put together (RFC 7208 section 3.3 has the habit).
    private static func strings(_ data: ArraySlice<UInt8>) -> String? {
        var text: [UInt8] = []
        var at = data.startIndex
        while at < data.endIndex {
            let length = Int(data[at])
            guard at + 1 + length <= data.endIndex else { return nil }
            text += data[(at + 1)..<(at + 1 + length)]
            at += 1 + length
        }
        return ProbeText.shown(text, atMost: 1_024)
    }
}
