package import Checks

/// What is sent to a real server and what it has to answer.
package struct ByteExchange: Hashable, Sendable {
    /// What is sent; nothing where the server speaks first.
    package var request: [UInt8]
    /// What the answer has to have in it; without it any answer will do.
    package var pattern: AnswerPattern?
    /// How much of an answer is read.
    package var maximumAnswer = 4_096

    /// Makes an exchange.
    package init(request: [UInt8], pattern: AnswerPattern? = nil) {
        self.request = request
        self.pattern = pattern
    }
}

extension ByteExchange: CustomStringConvertible {
    package var description: String {
        "sends \(ProbeText.shown(request)) expects \(pattern.map { "\($0)" } ?? "anything") within \(maximumAnswer)"
    }
}
