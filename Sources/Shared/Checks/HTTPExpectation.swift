package import Primitives

/// An HTTP request and what its response has to be.
package struct HTTPExpectation: Hashable, Sendable {
    /// A header field of the request.
    package struct Field: Hashable, Sendable {
        package var name: String
        package var value: String

        /// Makes a field.
        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The method.
    package var method = "GET"
    /// The target with its query.
    package var path = "/"
    /// The host that is asked for; the endpoint where absent.
    package var host: String?
    /// Further header fields, in the order in which they are sent.
    package var fields: [Field] = []
    /// The status codes that pass.
    package var statuses: [ClosedRange<Int>] = [200...299]
    /// What the body has to have in it.
    package var pattern: AnswerPattern?
    /// How much of a body is read.
    package var maximumBody = 65_536
    /// What the handshake has to show; nothing for HTTP without TLS.
    package var tls: TLSExpectation?

    /// Makes the expectation of a successful `GET /`.
    package init() {}

    /// Whether a status code passes.
    package func accepts(_ status: Int) -> Bool { statuses.contains { $0.contains(status) } }

    /// The Host field of a request to an endpoint: without the scheme's own port (RFC 9110 section 7.2).
    package func hostField(_ endpoint: Endpoint) -> String {
        if let host { return host }
        guard endpoint.port == (tls == nil ? 80 : 443) else { return "\(endpoint)" }
        return endpoint.address.family == .ipv6 ? "[\(endpoint.address)]" : "\(endpoint.address)"
    }
}

extension HTTPExpectation: CustomStringConvertible {
    package var description: String {
        let fields = fields.map { " \($0.name)=\($0.value)" }.joined()
        let statuses = statuses.map { "\($0.lowerBound)-\($0.upperBound)" }.joined(separator: ",")
        return "\(method) \(path) host \(host ?? "default")\(fields) status \(statuses) "
            + "body \(pattern.map { "\($0)" } ?? "any") within \(maximumBody)" + (tls.map { " tls \($0)" } ?? "")
    }
}
