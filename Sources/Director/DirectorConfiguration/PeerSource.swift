internal import ConfigurationSyntax
internal import DirectorCore
internal import Primitives

/// The `peer` as written.
struct PeerSource {
    var name: Located<String>?
    var address: Located<IPAddress>?
    var port: Located<Int>?
    var fingerprint: Located<KeyFingerprint>?

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        address = fields.required("address", .address)
        port = fields.optional("port", .port)
        fingerprint = fields.required("fingerprint", .fingerprint)
    }

    var settings: PeerSettings.Peer? {
        guard let name, let address, let fingerprint else { return nil }
        var settings = PeerSettings.Peer(
            name: name.value,
            address: address.value,
            fingerprint: fingerprint.value,
        )
        if let port { settings.port = UInt16(port.value) }
        return settings
    }
}

extension Format where Value == PeerSource {
    static var peer: Format {
        Format("the other director's name, address and fingerprint") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "the other director", diagnostics) else { return nil }
            defer { fields.finish() }
            return PeerSource(&fields)
        }
    }
}
