internal import Primitives

/// A DNS message (RFC 1035 section 4.1), as far as a probe needs it: one question and the answers.
///
///     +---------------------+---------------------+
///     |     identifier      | QR opcode AA TC RD RA Z RCODE |
///     +---------------------+---------------------+
///     |       QDCOUNT       |       ANCOUNT       |
///     +---------------------+---------------------+
///     |       NSCOUNT       |       ARCOUNT       |
///     +---------------------+---------------------+
///     |  question: name, type, class              |
///     |  answers: name, type, class, TTL, RDATA   |
///     +-------------------------------------------+
package struct DNSMessage: Hashable, Sendable {
    /// A resource record of the answer section.
    package struct Record: Hashable, Sendable {
        /// The record type's number.
        package var type: UInt16
        /// What it says, as people write it.
        package var text: String
    }

    /// What the response repeats of the query.
    package var identifier: UInt16
    /// Whether it is a response.
    package var isResponse: Bool
    /// Whether it did not fit into a datagram.
    package var isTruncated: Bool
    /// 0 for success.
    package var responseCode: UInt8
    /// The name that was asked for.
    package var question: DNSName
    /// The record type's number that was asked for.
    package var questionType: UInt16
    /// The answers, at most ``maximumAnswers``.
    package var answers: [Record]

    /// How many answers are read; the rest is not looked at.
    package static let maximumAnswers = 64

    /// A query with recursion desired, in wire order.
    package static func query(_ name: DNSName, type: UInt16, identifier: UInt16) -> [UInt8] {
        [UInt8(identifier >> 8), UInt8(identifier & 0xff), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0] + name.encoded
            + [UInt8(type >> 8), UInt8(type & 0xff), 0, 1]
    }

    /// Reads a message; nothing if it is malformed or does not have exactly one question.
    package init?(decoding bytes: [UInt8]) {
        var reader = DNSReader(bytes)
        guard let identifier = reader.word(), let flags = reader.word(), reader.word() == 1,
            let answerCount = reader.word(), reader.skip(4), let question = reader.name(),
            let questionType = reader.word(), reader.skip(2)
        else { return nil }
        self.identifier = identifier
        isResponse = flags & 0x8000 != 0
        isTruncated = flags & 0x0200 != 0
        responseCode = UInt8(flags & 0x000f)
        self.question = question
        self.questionType = questionType
        answers = []
        for _ in 0..<min(Int(answerCount), Self.maximumAnswers) {
            guard reader.name() != nil, let type = reader.word(), reader.skip(6), let length = reader.word(),
                let text = reader.record(type, length: Int(length))
            else {
                // What was cut off is missing from a truncated message, and breaks any other.
                if isTruncated { break }
                return nil
            }
            answers.append(Record(type: type, text: text))
        }
    }
}
