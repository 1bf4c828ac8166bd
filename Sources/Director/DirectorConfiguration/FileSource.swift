internal import ConfigurationSyntax
internal import DirectorCore
internal import Primitives

/// The whole file as written: every value with its place, and nothing where a value was absent or wrong.
struct FileSource {
    var name: Located<String>?
    var interface: Located<String>?
    var keyFile: Located<String>?
    var controlSocket: Located<String>?
    var stateDirectory: Located<String>?
    var stopAction: Located<DirectorConfiguration.StopAction>?
    var forwardingPolicy: Located<DirectorConfiguration.ForwardingPolicy>?
    var logLevel: Located<LogLevel>?
    var heartbeatInterval: Located<Interval>?
    var sloppyTCP: Located<Bool>?
    var connectionSync: Located<ConnectionSyncSource>?
    var peer: Located<PeerSource>?
    var routers: [Located<VirtualRouterSource>]
    var realServers: [Located<RealServerSource>]
    var services: [Located<ServiceSource>]
    /// Whether every virtual address could be read, so that one that is not there is really missing.
    var hasAllAddresses: Bool
    /// Whether every real server's name could be read.
    var hasAllRealServers: Bool

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        interface = fields.required("interface", .interfaceName)
        keyFile = fields.optional("key_file", .path())
        controlSocket = fields.optional("control_socket", .socketPath)
        stateDirectory = fields.optional("state_directory", .path())
        stopAction = fields.optional("on_stop", .oneOf("stop action"))
        forwardingPolicy = fields.optional("ip_forward", .oneOf("forwarding policy"))
        logLevel = fields.optional("log_level", .oneOf("log level"))
        heartbeatInterval = fields.optional("heartbeat_interval", .duration(.milliseconds(50) ... .seconds(10)))
        sloppyTCP = fields.optional("sloppy_tcp", .boolean)
        connectionSync = fields.optional("connection_sync", .connectionSync)
        peer = fields.optional("peer", .peer)
        let routers = fields.required("virtual_routers", .list(of: .virtualRouter, atMost: 255))
        let realServers = fields.optional("real_servers", .list(of: .realServer, atMost: 1_024))
        let services = fields.optional("services", .list(of: .service, atMost: 1_024))
        self.routers = routers?.value ?? []
        self.realServers = realServers?.value ?? []
        self.services = services?.value ?? []
        hasAllAddresses = routers != nil && self.routers.allSatisfy(\.value.hasAllAddresses)
        hasAllRealServers =
            (realServers != nil || !fields.contains("real_servers"))
            && self.realServers.allSatisfy { $0.value.name != nil }
    }

    /// Takes the secrets out of their files.
    mutating func readSecrets(_ reader: SecretReader, _ diagnostics: DiagnosticList) {
        for index in routers.indices { routers[index].value.readSecrets(reader, diagnostics) }
    }

    /// The configuration, if nothing is missing; what follows from defaults is filled in here.
    var configuration: DirectorConfiguration? {
        guard let name, let interface else { return nil }
        var cluster = ClusterSettings(
            directorName: name.value,
            interface: interface.value,
            realServers: realServers.compactMap(\.value.settings),
            services: services.compactMap(\.value.settings),
        )
        cluster.sharesOrders = peer?.value.settings != nil
        if let heartbeatInterval { cluster.heartbeatInterval = heartbeatInterval.value }
        let routers = routers.compactMap { $0.value.settings(interface: interface.value) }
        guard routers.count == self.routers.count, cluster.realServers.count == realServers.count,
            cluster.services.count == services.count
        else { return nil }
        var result = DirectorConfiguration(
            name: name.value,
            interface: interface.value,
            election: ElectionSettings(routers: routers),
            cluster: cluster,
        )
        if let keyFile { result.keyFile = keyFile.value }
        if let controlSocket { result.controlSocket = controlSocket.value }
        if let stateDirectory { result.stateDirectory = stateDirectory.value }
        if let stopAction { result.stopAction = stopAction.value }
        if let forwardingPolicy { result.forwardingPolicy = forwardingPolicy.value }
        result.peer = peer?.value.settings
        result.connectionSync = connectionSync?.value.settings(interface: interface.value)
        result.sloppyTCP = sloppyTCP?.value
        if let logLevel { result.logLevel = logLevel.value }
        return result
    }
}
