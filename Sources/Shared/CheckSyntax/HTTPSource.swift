package import Checks
package import ConfigurationSyntax

/// The `http` of a check as written.
package struct HTTPSource {
    var method: Located<String>?
    var path: Located<String>?
    var host: Located<String>?
    var headers: Located<[HTTPExpectation.Field]>?
    var status: Located<[Located<ClosedRange<Int>>]>?
    var body: Located<String>?
    var bodyRegex: Located<String>?
    var maximumBody: Located<Int>?

    /// What is meant where nothing is written.
    package init() {}

    init(_ fields: inout MappingDecoder) {
        method = fields.optional("method", .httpMethod)
        path = fields.optional("path", .httpTarget)
        host = fields.optional("host", .httpHost)
        headers = fields.optional("headers", .httpFields)
        status = fields.optional("status", .list(of: .httpStatus, atMost: 32))
        body = fields.optional("body", .bytes(atMost: 4_096))
        bodyRegex = fields.optional("body_regex", .regularExpression)
        maximumBody = fields.optional("maximum_body", .integer(1...1_048_576))
        fields.exclude("body", "body_regex")
    }

    /// What is asked and expected, over TLS where something is expected of that.
    package func expectation(tls: TLSExpectation?) -> HTTPExpectation {
        var expectation = HTTPExpectation()
        if let method { expectation.method = method.value }
        if let path { expectation.path = path.value }
        expectation.host = host?.value ?? tls?.serverName
        if let headers { expectation.fields = headers.value }
        if let status { expectation.statuses = status.value.map(\.value) }
        expectation.pattern = AnswerPattern(body, bodyRegex)
        if let maximumBody { expectation.maximumBody = maximumBody.value }
        expectation.tls = tls
        return expectation
    }
}

extension Format where Value == HTTPSource {
    /// A mapping of `http`.
    package static var http: Format {
        Format("an HTTP request and what is expected") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an HTTP request", diagnostics) else { return nil }
            defer { fields.finish() }
            return HTTPSource(&fields)
        }
    }
}
