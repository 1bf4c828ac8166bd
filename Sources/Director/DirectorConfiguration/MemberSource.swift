internal import ConfigurationSyntax
internal import DirectorCore
internal import Health

/// An item of a service's `real_servers` as written: a name, or a mapping with the name in it.
struct MemberSource {
    var name: Located<String>?
    var weight: Located<Int>?
    var port: Located<Int>?

    init(name: Located<String>) {
        self.name = name
    }

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        // Where weights of one service add up, the kernel multiplies them by connection counts in 32 bits.
        weight = fields.optional("weight", .integer(0...65_535))
        port = fields.optional("port", .port)
    }

    func settings(_ role: PoolRole) -> ServiceSettings.Member? {
        name.map { ServiceSettings.Member(realServer: $0.value, weight: UInt32(weight?.value ?? 1), role: role) }
    }
}

extension Format where Value == MemberSource {
    static var member: Format {
        Format("a real server's name") { node, diagnostics in
            if case .mapping = node.content {
                guard var fields = MappingDecoder(node, as: "a service's real server", diagnostics) else { return nil }
                defer { fields.finish() }
                return MemberSource(&fields)
            }
            let name = Format<String>.name.decode(node, diagnostics)
            return name.map { MemberSource(name: Located($0, at: node.span)) }
        }
    }
}
