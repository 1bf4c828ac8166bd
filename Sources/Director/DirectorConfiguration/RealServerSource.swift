internal import ConfigurationSyntax
internal import DirectorCore
internal import Primitives

/// An item of `real_servers` as written.
struct RealServerSource {
    var name: Located<String>?
    var address: Located<IPAddress>?
    var agent: Located<AgentSource>?

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        address = fields.required("address", .address)
        agent = fields.optional("agent", .agent)
    }

    var settings: RealServerSettings? {
        guard let name, let address else { return nil }
        return RealServerSettings(name: name.value, address: address.value, agent: agent?.value.settings)
    }
}

extension Format where Value == RealServerSource {
    static var realServer: Format {
        Format("a real server") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a real server", diagnostics) else { return nil }
            defer { fields.finish() }
            return RealServerSource(&fields)
        }
    }
}
