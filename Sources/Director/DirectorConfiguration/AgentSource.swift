internal import ConfigurationSyntax
internal import DirectorCore
internal import Primitives

/// The `agent` of a real server as written.
struct AgentSource {
    var fingerprint: Located<KeyFingerprint>?
    var port: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        fingerprint = fields.required("fingerprint", .fingerprint)
        port = fields.optional("port", .port)
    }

    var settings: RealServerSettings.Agent? {
        guard let fingerprint else { return nil }
        var settings = RealServerSettings.Agent(fingerprint: fingerprint.value)
        if let port { settings.port = UInt16(port.value) }
        return settings
    }
}

extension Format where Value == AgentSource {
    static var agent: Format {
        Format("an agent's fingerprint and port") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an agent", diagnostics) else { return nil }
            defer { fields.finish() }
            return AgentSource(&fields)
        }
    }
}
