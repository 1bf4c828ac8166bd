internal import ConfigurationSyntax
internal import VRRP

/// The `authentication` of a virtual router as written.
struct AuthenticationSource {
    /// The kinds of authentication.
    enum Kind: String, CaseIterable {
        case password
    }

    var kind: Located<Kind>?
    var password: Located<String>?
    var passwordFile: Located<String>?
    let span: SourceSpan

    init(_ fields: inout MappingDecoder) {
        kind = fields.required("type", .oneOf("authentication"))
        password = fields.optional("password", .vrrpPassword)
        passwordFile = fields.optional("password_file", .path())
        span = fields.span
        let count = ["password", "password_file"].count { fields.contains($0) }
        if count != 1 {
            fields.diagnostics.report(
                count == 0
                    ? "authentication needs either \"password\" or \"password_file\""
                    : "authentication has both \"password\" and \"password_file\"; one of them is enough",
                at: fields.span,
            )
        }
    }

    /// Takes the password out of its file.
    mutating func readSecret(_ reader: SecretReader, _ diagnostics: DiagnosticList) {
        guard let passwordFile, let bytes = reader.read(passwordFile, diagnostics) else { return }
        guard let text = String(validating: bytes, as: UTF8.self), Authentication(password: text) != nil else {
            diagnostics.report(
                "the password in \(passwordFile.value) has \(bytes.count) octets; VRRP carries 1 to 8",
                at: passwordFile.span,
            )
            return
        }
        password = Located(text, at: passwordFile.span)
    }

    var value: Authentication { password.flatMap { Authentication(password: $0.value) } ?? .none }
}

extension Format where Value == AuthenticationSource {
    static var authentication: Format {
        Format("an authentication") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an authentication", diagnostics) else { return nil }
            defer { fields.finish() }
            return AuthenticationSource(&fields)
        }
    }
}

extension Format where Value == String {
    /// A password of version 2 (RFC 2338 section 5.3.10); keepalived cuts a longer one off without a word.
    static var vrrpPassword: Format {
        text("a password of 1 to 8 octets (keepalived uses the first 8 of a longer one)") { text in
            Authentication(password: text) == nil ? nil : text
        }
    }
}

extension Format where Value == ProtocolVersion {
    /// A version of VRRP.
    static var protocolVersion: Format {
        plain("2 or 3") { text in UInt8(text).flatMap(ProtocolVersion.init(rawValue:)) }
    }
}

/// What the checksum of version 3 over IPv4 covers, as written.
enum ChecksumSource: String, CaseIterable {
    case pseudoHeader = "pseudo_header"
    case messageOnly = "message_only"

    var value: ChecksumForm {
        switch self {
        case .pseudoHeader: .pseudoHeader
        case .messageOnly: .messageOnly
        }
    }
}
