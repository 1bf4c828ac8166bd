import Primitives

/// What happened, as a hash of everything and the last lines in words.
struct Trace {
    private struct Line {
        var time: MonotonicInstant
        var actor: String
        var what: Any
    }

    private var ring: [Line] = []
    private var next = 0
    private let capacity = 50
    private let isDeep: Bool
    private let onLine: ((String) -> Void)?

    /// FNV-1a of everything that happened.
    private(set) var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    /// How much happened.
    private(set) var count = 0

    /// Makes an empty trace; a deep one hashes every word, and each line goes to `onLine` as it happens.
    init(isDeep: Bool = false, onLine: ((String) -> Void)? = nil) {
        self.isDeep = isDeep
        self.onLine = onLine
    }

    /// Notes that something happened.
    mutating func note(_ time: MonotonicInstant, _ actor: String, _ what: Any, bytes: [UInt8] = []) {
        count += 1
        mix(UInt64(bitPattern: time.nanoseconds))
        for byte in actor.utf8 { mix(UInt64(byte)) }
        for byte in bytes { mix(UInt64(byte)) }
        let line = Line(time: time, actor: actor, what: what)
        if isDeep { mix(Self.sum(String(describing: what))) }
        if ring.count < capacity {
            ring.append(line)
        } else {
            ring[next] = line
            next = (next + 1) % capacity
        }
        onLine?(Self.text(line))
    }

    /// The last lines, oldest first.
    var lines: [String] { (ring[next...] + ring[..<next]).map(Self.text) }

    /// A sum of the words' hashes: a description shows dictionaries in an order that is another one in every run.
    private static func sum(_ words: String) -> UInt64 {
        var (total, word): (UInt64, UInt64) = (0, 0xcbf2_9ce4_8422_2325)
        for byte in words.utf8 {
            let isInWord = byte >= 0x30 && byte != UInt8(ascii: "[") && byte != UInt8(ascii: "]")
            if isInWord { word = (word ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
            guard !isInWord else { continue }
            total &+= word
            word = 0xcbf2_9ce4_8422_2325
        }
        return total &+ word
    }

    private mutating func mix(_ value: UInt64) {
        hash = (hash ^ value) &* 0x0000_0100_0000_01b3
    }

    private static func text(_ line: Line) -> String {
        let micros = line.time.nanoseconds / 1000
        let fraction = String(micros % 1_000_000 + 1_000_000).dropFirst()
        var words = String(describing: line.what)
        for module in [
            "DirectorCore.", "Primitives.", "VRRP.", "Health.", "Balancing.", "AgentProtocol.", "AgentCore.",
        ] {
            words = words.split(separator: module, omittingEmptySubsequences: false).joined()
        }
        return "\(micros / 1_000_000).\(fraction) \(line.actor): \(words.prefix(600))"
    }
}
