internal import ConfigurationSyntax
internal import Primitives
internal import VRRP

/// An item of `virtual_routers` as written.
struct VirtualRouterSource {
    var name: Located<String>?
    var virtualRouterIdentifier: Located<Int>?
    var interface: Located<String>?
    var version: Located<ProtocolVersion>?
    var priority: Located<Int>?
    var advertisementInterval: Located<Interval>?
    var preemptMode: Located<Bool>?
    var preemptDelay: Located<Interval>?
    var acceptMode: Located<Bool>?
    var authentication: Located<AuthenticationSource>?
    var authenticity: Located<AuthenticitySource>?
    var checksum: Located<ChecksumSource>?
    var unicastPeers: [Located<IPAddress>]?
    var minimumTimeToLive: Located<Int>?
    var tracks: [Located<TrackSource>]?
    var syncGroup: Located<String>?
    var carrierDelay: Located<Interval>?
    var virtualMAC: Located<Bool>?
    var addresses: [Located<Prefix>]?
    /// Whether every address could be read.
    var hasAllAddresses: Bool

    init(_ fields: inout MappingDecoder) {
        name = fields.required("name", .name)
        virtualRouterIdentifier = fields.required("vrid", .integer(1...255))
        interface = fields.optional("interface", .interfaceName)
        version = fields.optional("version", .protocolVersion)
        priority = fields.optional("priority", .integer(1...255))
        // Version 3: Maximum Advertise Interval has 12 bits and counts centiseconds (RFC 9568 section 5.2.7).
        // Version 2: whole seconds in one octet (RFC 3768 section 5.3.7).
        let isVersion2 = version?.value == .version2
        advertisementInterval = fields.optional(
            "advertisement_interval",
            isVersion2
                ? .duration(.seconds(1) ... .seconds(255), multipleOf: .seconds(1))
                : .duration(.centiseconds(1) ... .centiseconds(4_095), multipleOf: .centiseconds(1)),
        )
        preemptMode = fields.optional("preempt", .boolean)
        preemptDelay = fields.optional("preempt_delay", .duration(.zero ... .seconds(1_000)))
        acceptMode = fields.optional("accept", .boolean)
        authentication = fields.optional("authentication", .authentication)
        authenticity = fields.optional("hmac", .authenticity)
        checksum = fields.optional("checksum", .oneOf("checksum"))
        unicastPeers = fields.optional("unicast_peers", .list(of: .address, atMost: UnicastSettings.limit))?.value
        minimumTimeToLive = fields.optional("minimum_ttl", .integer(1...255))
        tracks = fields.optional("track", .list(of: .track, atMost: 32))?.value
        syncGroup = fields.optional("sync_group", .name)
        carrierDelay = fields.optional("carrier_delay", .duration(.zero ... .seconds(300)))
        virtualMAC = fields.optional("virtual_mac", .boolean)
        // An advertisement counts its addresses in one octet; with 20 it still fits into the smallest IPv4 datagram.
        let problems = fields.diagnostics.count
        addresses = fields.required("addresses", .list(of: Format<Prefix>.prefix, atMost: 64))?.value
        hasAllAddresses = fields.diagnostics.count == problems
    }

    /// Takes the secrets out of their files.
    mutating func readSecrets(_ reader: SecretReader, _ diagnostics: DiagnosticList) {
        authentication?.value.readSecret(reader, diagnostics)
        authenticity?.value.readSecrets(reader, diagnostics)
    }

    func settings(interface default: String) -> VirtualRouterSettings? {
        guard let name, let virtualRouterIdentifier, let addresses else { return nil }
        var settings = VirtualRouterSettings(
            name: name.value,
            virtualRouterIdentifier: UInt8(virtualRouterIdentifier.value),
            interface: interface?.value ?? `default`,
            addresses: addresses.map(\.value),
        )
        if let version { settings.version = version.value }
        if settings.version == .version2 { settings.advertisementInterval = .seconds(1) }
        if let priority { settings.priority = UInt8(priority.value) }
        if let advertisementInterval { settings.advertisementInterval = advertisementInterval.value }
        if let preemptMode { settings.preemptMode = preemptMode.value }
        if let preemptDelay { settings.preemptDelay = preemptDelay.value }
        if let authentication { settings.authentication = authentication.value.value }
        settings.authenticity = authenticity?.value.settings
        settings.tracks = (tracks ?? []).compactMap(\.value.settings)
        settings.syncGroup = syncGroup?.value
        if let carrierDelay { settings.carrierDelay = carrierDelay.value }
        if let virtualMAC { settings.usesVirtualMAC = virtualMAC.value }
        if let checksum { settings.checksumForm = checksum.value.value }
        if let unicastPeers {
            settings.unicast = UnicastSettings(peers: unicastPeers.map(\.value))
            if let minimumTimeToLive { settings.unicast?.minimumTimeToLive = UInt8(minimumTimeToLive.value) }
        }
        return settings
    }
}

extension Format where Value == VirtualRouterSource {
    static var virtualRouter: Format {
        Format("a virtual router") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a virtual router", diagnostics) else { return nil }
            defer { fields.finish() }
            return VirtualRouterSource(&fields)
        }
    }
}
