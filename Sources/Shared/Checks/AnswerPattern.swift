/// What an answer has to have in it.
package enum AnswerPattern: Hashable, Sendable {
    /// These bytes, anywhere.
    case contains([UInt8])
    /// Something that matches a POSIX extended regular expression (regex(7)); matching is the shell's.
    case matches(String)
}

extension AnswerPattern {
    /// Whether bytes are found in others.
    package static func isFound(_ needle: [UInt8], in bytes: [UInt8]) -> Bool {
        guard let first = needle.first else { return true }
        guard bytes.count >= needle.count else { return false }
        for start in 0...(bytes.count - needle.count) where bytes[start] == first {
            if bytes[start..<(start + needle.count)].elementsEqual(needle) { return true }
        }
        return false
    }
}

extension AnswerPattern: CustomStringConvertible {
    package var description: String {
        switch self {
        case .contains(let bytes): "contains \(ProbeText.shown(bytes))"
        case .matches(let pattern): "matches /\(ProbeText.shown(Array(pattern.utf8)))/"
        }
    }
}
