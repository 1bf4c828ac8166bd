internal import CheckSyntax
internal import Checks
internal import ConfigurationSyntax
internal import Health

/// The `exchange` of a check as written.
struct ExchangeSource {
    var send: Located<String>?
    var sendHex: Located<[UInt8]>?
    var expect: Located<String>?
    var expectRegex: Located<String>?
    var maximumAnswer: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        send = fields.optional("send", .bytes(atMost: 4_096))
        sendHex = fields.optional("send_hex", .hexadecimal)
        expect = fields.optional("expect", .bytes(atMost: 4_096))
        expectRegex = fields.optional("expect_regex", .regularExpression)
        maximumAnswer = fields.optional("maximum_answer", .integer(1...65_536))
        fields.exclude("send", "send_hex")
        fields.exclude("expect", "expect_regex")
    }

    var exchange: ByteExchange {
        var exchange = ByteExchange(request: sendHex?.value ?? Array((send?.value ?? "").utf8))
        exchange.pattern = AnswerPattern(expect, expectRegex)
        if let maximumAnswer { exchange.maximumAnswer = maximumAnswer.value }
        return exchange
    }
}

extension Format where Value == ExchangeSource {
    static var exchange: Format {
        Format("what is sent and expected") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an exchange", diagnostics) else { return nil }
            defer { fields.finish() }
            return ExchangeSource(&fields)
        }
    }
}
