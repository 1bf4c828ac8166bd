internal import ConfigurationSyntax
internal import VRRP

/// The `hmac` of a virtual router as written.
struct AuthenticitySource {
    /// An item of `keys` as written.
    struct Key {
        var identifier: Located<Int>?
        var file: Located<String>?
        var secret: [UInt8]?

        init(_ fields: inout MappingDecoder) {
            identifier = fields.required("id", .integer(1...255))
            file = fields.required("file", .path())
        }
    }

    var mode: Located<AuthenticitySettings.Mode>?
    var sendKey: Located<Int>?
    var keys: [Located<Key>]?

    init(_ fields: inout MappingDecoder) {
        mode = fields.required("mode", .oneOf("mode"))
        sendKey = fields.optional("send_key", .integer(1...255))
        keys = fields.required("keys", .list(of: .authenticityKey, atMost: 16))?.value
        check(fields)
    }

    private func check(_ fields: MappingDecoder) {
        var seen: [Int: SourceSpan] = [:]
        for key in keys ?? [] {
            guard let identifier = key.value.identifier else { continue }
            if let first = seen.updateValue(identifier.span, forKey: identifier.value) {
                fields.diagnostics.report(
                    "the key \(identifier.value) is given twice, first at line \(first.line)",
                    at: identifier.span,
                )
            }
        }
        if let sendKey {
            guard let keys, !keys.isEmpty, !keys.contains(where: { $0.value.identifier?.value == sendKey.value }) else {
                return
            }
            fields.diagnostics.report("there is no key \(sendKey.value)", at: sendKey.span)
        } else if let mode, mode.value != .receiveOnly, !fields.contains("send_key") {
            fields.diagnostics.report("\(mode.value.rawValue) signs, and needs a \"send_key\"", at: mode.span)
        }
    }

    /// Takes the keys out of their files.
    mutating func readSecrets(_ reader: SecretReader, _ diagnostics: DiagnosticList) {
        for index in keys?.indices ?? 0..<0 {
            guard let file = keys?[index].value.file, let secret = reader.read(file, diagnostics) else { continue }
            let least = AuthenticitySettings.Key.minimumLength
            if secret.count < least {
                diagnostics.report(
                    "the key in \(file.value) has \(secret.count) octets; it needs \(least) at least",
                    at: file.span,
                )
            }
            keys?[index].value.secret = secret
        }
    }

    var settings: AuthenticitySettings? {
        guard let mode, let keys else { return nil }
        return AuthenticitySettings(
            mode: mode.value,
            sendKey: sendKey.map { UInt8($0.value) },
            keys: keys.compactMap { key in
                key.value.identifier.map {
                    AuthenticitySettings.Key(identifier: UInt8($0.value), secret: key.value.secret ?? [])
                }
            },
        )
    }
}

extension Format where Value == AuthenticitySource {
    static var authenticity: Format {
        Format("a mode and keys") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an hmac", diagnostics) else { return nil }
            defer { fields.finish() }
            return AuthenticitySource(&fields)
        }
    }
}

extension Format where Value == AuthenticitySource.Key {
    static var authenticityKey: Format {
        Format("a key's id and file") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a key", diagnostics) else { return nil }
            defer { fields.finish() }
            return AuthenticitySource.Key(&fields)
        }
    }
}
