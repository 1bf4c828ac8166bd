internal import Balancing
internal import ConfigurationSyntax
internal import Primitives

/// `connection_sync` as written.
struct ConnectionSyncSource {
    var identifier: Located<Int>?
    var interface: Located<String>?
    var group: Located<IPAddress>?
    var port: Located<Int>?
    var timeToLive: Located<Int>?
    var maximumLength: Located<Int>?
    var ports: Located<Int>?
    var soak: Located<Interval>?
    var isBackupOnly: Located<Bool>?
    var virtualRouter: Located<String>?

    init(_ fields: inout MappingDecoder) {
        // A backup with sync id 0 takes the messages of every cluster.
        identifier = fields.required("id", .integer(1...255))
        interface = fields.optional("interface", .interfaceName)
        group = fields.optional(
            "group",
            .address.checked { $0.isMulticast ? nil : "\($0) is not a multicast group" }
        )
        port = fields.optional("port", .port)
        timeToLive = fields.optional("ttl", .integer(1...255))
        // Below that the kernel's backup takes 1024, and 48 of 65535 octets are for headers.
        maximumLength = fields.optional("maxlen", .integer(1_024...65_487))
        ports = fields.optional(
            "ports",
            .integer(1...64).checked { $0 & ($0 - 1) == 0 ? nil : "\($0) is not a power of two" }
        )
        soak = fields.optional("soak", .duration(.zero ... .seconds(3_600)))
        isBackupOnly = fields.optional("backup_only", .boolean)
        virtualRouter = fields.optional("virtual_router", .name)
    }

    func settings(interface default: String) -> ConnectionSyncSettings? {
        guard let identifier else { return nil }
        var settings = ConnectionSyncSettings(
            identifier: UInt8(identifier.value),
            interface: interface?.value ?? `default`,
        )
        if let group { settings.group = group.value }
        if let port { settings.port = UInt16(port.value) }
        if let timeToLive { settings.timeToLive = UInt8(timeToLive.value) }
        if let maximumLength { settings.maximumLength = UInt16(maximumLength.value) }
        if let ports { settings.ports = ports.value }
        if let soak { settings.soak = soak.value }
        if let isBackupOnly { settings.isBackupOnly = isBackupOnly.value }
        if let virtualRouter { settings.virtualRouter = virtualRouter.value }
        return settings
    }
}

extension Format where Value == ConnectionSyncSource {
    static var connectionSync: Format {
        Format("connection synchronization") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "connection synchronization", diagnostics) else { return nil }
            defer { fields.finish() }
            return ConnectionSyncSource(&fields)
        }
    }
}

extension IPAddress {
    fileprivate var isMulticast: Bool {
        switch self {
        case .v4(let address): address.rawValue >> 28 == 0xe
        case .v6(let address): address.high >> 56 == 0xff
        }
    }
}
