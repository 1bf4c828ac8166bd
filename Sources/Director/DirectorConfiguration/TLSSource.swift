internal import CheckSyntax
internal import Checks
internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// The `tls` of a check as written.
struct TLSSource {
    var serverName: Located<String>?
    var verify: Located<TLSExpectation.Verification>?
    var authorityFile: Located<String>?
    var minimumDays: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        // A server name of TLS is never an address (RFC 6066 section 3).
        serverName = fields.optional(
            "server_name",
            Format<String>.httpHost.checked { IPAddress($0) == nil ? nil : "a server name is not an address" }
        )
        verify = fields.optional("verify", .oneOf("verification"))
        authorityFile = fields.optional("ca_file", .path())
        minimumDays = fields.optional("minimum_days", .integer(0...3_650))
        if verify?.value == .name, !fields.contains("server_name") {
            fields.diagnostics.report("to verify the name, the key \"server_name\" is needed", at: fields.span)
        }
    }

    var expectation: TLSExpectation {
        var expectation = TLSExpectation()
        expectation.serverName = serverName?.value
        if let verify { expectation.verification = verify.value }
        expectation.authorityFile = authorityFile?.value
        expectation.minimumDays = minimumDays?.value
        return expectation
    }
}

extension Format where Value == TLSSource {
    static var tls: Format {
        Format("what a TLS handshake has to show") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a TLS handshake", diagnostics) else { return nil }
            defer { fields.finish() }
            return TLSSource(&fields)
        }
    }
}
