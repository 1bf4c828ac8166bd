internal import Balancing
internal import ConfigurationSyntax
internal import DirectorCore
internal import Health
internal import Primitives

/// An item of `services` as written.
struct ServiceSource {
    var name: Located<String>?
    var address: Located<IPAddress>?
    var port: Located<Int>?
    var `protocol`: Located<ServiceProtocol>?
    var scheduler: Located<Scheduler>?
    var persistence: Located<Interval>?
    var drainDeadline: Located<Interval>?
    var check: Located<CheckSource>?
    var hasCheck: Bool
    var directPath: Located<Bool>?
    var pool: PoolSource
    var members: [Located<MemberSource>]?

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        address = fields.required("address", .address)
        port = fields.required("port", .port)
        `protocol` = fields.optional("protocol", .oneOf("protocol"))
        scheduler = fields.optional("scheduler", .oneOf("scheduler"))
        // The kernel counts whole seconds; ipvsadm's own limit is 31 days.
        persistence = fields.optional(
            "persistence",
            .duration(.seconds(1) ... .seconds(2_678_400), multipleOf: .seconds(1))
        )
        drainDeadline = fields.optional("drain_deadline", .duration(.zero ... .seconds(604_800)))
        check = fields.optional("check", .check)
        hasCheck = fields.contains("check")
        directPath = fields.optional("direct_path", .boolean)
        pool = PoolSource(&fields)
        members = fields.required("real_servers", .list(of: .member, atMost: 1_024))?.value
    }

    /// Its real servers of every kind.
    var allMembers: [Located<MemberSource>] { (members ?? []) + pool.backups + pool.sorryServers }

    /// What names the service in the kernel, as far as it could be read.
    var identity: ServiceIdentity? {
        guard let address, let port else { return nil }
        return ServiceIdentity(
            protocol: `protocol`?.value.transport ?? .tcp,
            endpoint: Endpoint(address: address.value, port: UInt16(port.value)),
        )
    }

    /// Whether the direct-routing path of this service can be probed: it is with TCP.
    var hasDirectPath: Bool { identity.map { $0.protocol == .tcp } ?? true }

    var settings: ServiceSettings? {
        guard let name, let identity, let members else { return nil }
        let service = VirtualService(
            identity: identity,
            schedulerName: (scheduler?.value ?? .roundRobin).rawValue,
            persistenceTimeout: UInt32((persistence?.value.nanoseconds ?? 0) / 1_000_000_000),
        )
        var settings = ServiceSettings(
            name: name.value,
            service: service,
            members: members.compactMap { $0.value.settings(.primary) }
                + pool.backups.compactMap { $0.value.settings(.backup) }
                + pool.sorryServers.compactMap { $0.value.settings(.sorry) },
        )
        if let check { settings.probe = check.value.settings }
        settings.pool = pool.settings(settings.probe)
        settings.directPathProbe = directPath?.value ?? hasDirectPath
        if let drainDeadline { settings.drainDeadline = drainDeadline.value }
        return settings
    }
}

extension Format where Value == ServiceSource {
    static var service: Format {
        Format("a service") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a service", diagnostics) else { return nil }
            defer { fields.finish() }
            return ServiceSource(&fields)
        }
    }
}
