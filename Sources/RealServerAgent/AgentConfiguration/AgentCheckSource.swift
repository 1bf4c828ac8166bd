internal import AgentCore
internal import ConfigurationSyntax
internal import Primitives

/// The `agent_check` of the file as written.
struct AgentCheckSource {
    var address: Located<IPAddress>?
    var port: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        // Without an address it would be reached at the virtual ones too.
        address = fields.required("address", .address)
        port = fields.required("port", .port)
    }

    var settings: AgentCheckSettings? {
        guard let address, let port else { return nil }
        return AgentCheckSettings(endpoint: Endpoint(address: address.value, port: UInt16(port.value)))
    }
}

extension Format where Value == AgentCheckSource {
    static var agentCheck: Format {
        Format("the address and port of agent checks") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "an agent check", diagnostics) else { return nil }
            defer { fields.finish() }
            return AgentCheckSource(&fields)
        }
    }
}
