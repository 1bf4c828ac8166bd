internal import AgentCore
internal import ConfigurationSyntax
internal import Primitives

/// An item of `directors` as written.
struct DirectorSource {
    var name: Located<String>?
    var fingerprint: Located<KeyFingerprint>?

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        fingerprint = fields.required("fingerprint", .fingerprint)
    }

    var settings: AgentSettings.Director? {
        guard let name, let fingerprint else { return nil }
        return AgentSettings.Director(name: name.value, fingerprint: fingerprint.value)
    }
}

extension Format where Value == DirectorSource {
    static var director: Format {
        Format("a director") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a director", diagnostics) else { return nil }
            defer { fields.finish() }
            return DirectorSource(&fields)
        }
    }
}
