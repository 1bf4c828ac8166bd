internal import Checks
package import Primitives

/// A question for a name server and what it has to answer.
package struct DNSExpectation: Hashable, Sendable {
    /// The record types that can be asked for (RFC 1035 section 3.2.2, RFC 3596, RFC 2782).
    package enum RecordType: String, Hashable, Sendable, CaseIterable {
        case a = "A"
        case ns = "NS"
        case cname = "CNAME"
        case soa = "SOA"
        case ptr = "PTR"
        case mx = "MX"
        case txt = "TXT"
        case aaaa = "AAAA"
        case srv = "SRV"

        /// The type's number.
        package var number: UInt16 {
            switch self {
            case .a: 1
            case .ns: 2
            case .cname: 5
            case .soa: 6
            case .ptr: 12
            case .mx: 15
            case .txt: 16
            case .aaaa: 28
            case .srv: 33
            }
        }
    }

    /// The name that is asked for.
    package var name: DNSName
    /// The type of record.
    package var type: RecordType
    /// What one of the records has to say; without it one record of the type will do.
    package var answer: String?

    /// Makes an expectation.
    package init(name: DNSName, type: RecordType = .a, answer: String? = nil) {
        self.name = name
        self.type = type
        self.answer = answer
    }

    /// What a response means; nothing if it answers another question and the right one may come still.
    package func judge(_ bytes: [UInt8], identifier: UInt16, after time: Interval) -> ProbeOutcome? {
        guard let message = DNSMessage(decoding: bytes) else {
            return .failed(.probeUnexpectedAnswer, evidence: "\(bytes.count) bytes that are no DNS message")
        }
        // An answer to an earlier run, or one that somebody made up, is not the answer to this question.
        guard message.identifier == identifier, message.isResponse, message.question == name,
            message.questionType == type.number
        else { return nil }
        guard message.responseCode == 0 else {
            return .failed(.probeUnexpectedAnswer, evidence: "response code \(message.responseCode) for \(name)")
        }
        let records = message.answers.filter { $0.type == type.number }
        guard !records.isEmpty else {
            let why = message.isTruncated ? "a truncated answer without" : "no"
            return .failed(.probeUnexpectedAnswer, evidence: "\(why) \(type.rawValue) record for \(name)")
        }
        guard let answer else { return .passed(time) }
        if records.contains(where: { Self.isEqual($0.text, answer) }) { return .passed(time) }
        let seen = ProbeText.shown(Array(records.map(\.text).joined(separator: ", ").utf8))
        return .failed(.probeUnexpectedAnswer, evidence: "\(name) is \(seen), not \(answer)")
    }

    /// Case and a final dot make no difference to names (RFC 4343); both sides are short.
    private static func isEqual(_ left: String, _ right: String) -> Bool {
        func plain(_ text: String) -> String {
            let lower = text.lowercased()
            return lower.hasSuffix(".") && lower != "." ? String(lower.dropLast()) : lower
        }
        if let left = IPAddress(left), let right = IPAddress(right) { return left == right }
        return plain(left) == plain(right)
    }
}

extension DNSExpectation: CustomStringConvertible {
    package var description: String { "\(name) \(type.rawValue) answer \(answer ?? "any")" }
}
