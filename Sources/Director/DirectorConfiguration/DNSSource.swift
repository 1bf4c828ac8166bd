internal import CheckSyntax
internal import ConfigurationSyntax
internal import Health

/// The `dns` of a check as written.
struct DNSSource {
    var name: Located<DNSName>?
    var record: Located<DNSExpectation.RecordType>?
    var answer: Located<String>?

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .text("a domain name such as www.example.com") { DNSName($0) })
        record = fields.optional("record", .oneOf("record type"))
        answer = fields.optional("answer", .bytes(atMost: 1_024))
    }

    var expectation: DNSExpectation? {
        name.map { DNSExpectation(name: $0.value, type: record?.value ?? .a, answer: answer?.value) }
    }
}

extension Format where Value == DNSSource {
    static var dns: Format {
        Format("a question for a name server") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a DNS question", diagnostics) else { return nil }
            defer { fields.finish() }
            return DNSSource(&fields)
        }
    }
}
