package import Balancing
package import Netlink
package import Primitives

/// Decodes what the kernel's IPVS answers: payloads of generic netlink messages, header included.
package enum IPVSReply {
    /// Decodes a service; nothing for firewall marks and protocols that Tandem does not balance.
    package static func service(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> ObservedService? {
        guard var reader = try nest(CommandAttribute.service, in: payload) else { return nil }
        var family: AddressFamily?
        var protocolNumber: UInt16?
        var address: ArraySlice<UInt8>?
        var port: UInt16 = 0
        var isMark = false
        var scheduler = ""
        var flags: UInt32 = 0
        var timeout: UInt32 = 0
        var netmask: UInt32?
        var statistics: TrafficStatistics?
        while let attribute = try reader.next() {
            switch attribute.type {
            case ServiceAttribute.family: family = Self.family(attribute)
            case ServiceAttribute.protocolNumber: protocolNumber = attribute.uint16
            case ServiceAttribute.address: address = attribute.payload
            case ServiceAttribute.port: port = attribute.bigEndian16 ?? 0
            case ServiceAttribute.firewallMark: isMark = true
            case ServiceAttribute.scheduler: scheduler = attribute.string
            case ServiceAttribute.flags: flags = attribute.uint32 ?? 0
            case ServiceAttribute.timeout: timeout = attribute.uint32 ?? 0
            case ServiceAttribute.netmask: netmask = attribute.uint32
            case ServiceAttribute.statistics64: statistics = try Self.statistics(attribute, is64: true)
            case ServiceAttribute.statistics where statistics == nil:
                statistics = try Self.statistics(attribute, is64: false)
            default: continue
            }
        }
        guard !isMark, let number = protocolNumber.flatMap(UInt8.init(exactly:)),
            let transport = TransportProtocol(rawValue: number)
        else { return nil }
        guard let family, let address = address.flatMap({ Self.address($0, family) }) else { throw NetlinkMalformed() }
        let service = VirtualService(
            identity: ServiceIdentity(protocol: transport, endpoint: Endpoint(address: address, port: port)),
            schedulerName: scheduler,
            persistenceTimeout: flags & ServiceFlags.persistent != 0 ? timeout : 0,
            schedulerFlags: flags & ServiceFlags.scheduler,
        )
        var observed = ObservedService(service: service, statistics: statistics ?? TrafficStatistics())
        let isByClient = netmask == nil || netmask == service.clientMask || service.persistenceTimeout == 0
        observed.isPlain = isByClient && flags & ServiceFlags.onePacket == 0
        return observed
    }

    /// Decodes a destination of a service of a family, which old kernels do not repeat.
    package static func destination(
        _ payload: ArraySlice<UInt8>,
        serviceFamily: AddressFamily,
    ) throws(NetlinkMalformed) -> ObservedDestination? {
        guard var reader = try nest(CommandAttribute.destination, in: payload) else { return nil }
        var family = serviceFamily
        var address: ArraySlice<UInt8>?
        var endpoint = Endpoint(address: .v4(IPv4Address(rawValue: 0)), port: 0)
        var found = ObservedDestination(endpoint: endpoint, weight: 0, forwardingMethod: nil)
        var has64 = false
        while let attribute = try reader.next() {
            switch attribute.type {
            case DestinationAttribute.address: address = attribute.payload
            case DestinationAttribute.port: endpoint.port = attribute.bigEndian16 ?? 0
            case DestinationAttribute.addressFamily: family = Self.family(attribute) ?? family
            case DestinationAttribute.forwardingMethod:
                found.forwardingMethod = attribute.uint32.flatMap { ForwardingMethod(rawValue: UInt8($0 & 7)) }
            case DestinationAttribute.weight: found.weight = attribute.uint32 ?? 0
            case DestinationAttribute.upperThreshold: found.upperThreshold = attribute.uint32 ?? 0
            case DestinationAttribute.lowerThreshold: found.lowerThreshold = attribute.uint32 ?? 0
            case DestinationAttribute.activeConnections: found.activeConnections = attribute.uint32 ?? 0
            case DestinationAttribute.inactiveConnections: found.inactiveConnections = attribute.uint32 ?? 0
            case DestinationAttribute.persistentConnections: found.persistentConnections = attribute.uint32 ?? 0
            case DestinationAttribute.statistics64:
                found.statistics = try statistics(attribute, is64: true)
                has64 = true
            case DestinationAttribute.statistics where !has64:
                found.statistics = try statistics(attribute, is64: false)
            default: continue
            }
        }
        guard let decoded = address.flatMap({ Self.address($0, family) }) else { throw NetlinkMalformed() }
        endpoint.address = decoded
        found.endpoint = endpoint
        return found
    }

    /// Decodes version and connection table size.
    package static func information(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> IPVSInformation? {
        guard payload.first == IPVSCommand.setInformation.rawValue else { return nil }
        var reader = AttributeReader(payload.dropFirst(4))
        var information = IPVSInformation(version: 0, connectionTableSize: 0)
        while let attribute = try reader.next() {
            switch attribute.type {
            case 1: information.version = attribute.uint32 ?? 0
            case 2: information.connectionTableSize = attribute.uint32 ?? 0
            default: continue
            }
        }
        return information
    }

    /// Decodes the connection timeouts.
    package static func timeouts(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> ConnectionTimeouts? {
        guard payload.first == IPVSCommand.setConfiguration.rawValue else { return nil }
        var reader = AttributeReader(payload.dropFirst(4))
        var timeouts = ConnectionTimeouts(tcp: .zero, tcpFinish: .zero, udp: .zero)
        while let attribute = try reader.next() {
            let interval = Interval.seconds(Int64(attribute.uint32 ?? 0))
            switch attribute.type {
            case CommandAttribute.timeoutTCP: timeouts.tcp = interval
            case CommandAttribute.timeoutTCPFinish: timeouts.tcpFinish = interval
            case CommandAttribute.timeoutUDP: timeouts.udp = interval
            default: continue
            }
        }
        return timeouts
    }

    /// The attributes inside one top-level attribute, after the four bytes of `struct genlmsghdr`.
    static func nest(
        _ type: UInt16,
        in payload: ArraySlice<UInt8>,
    ) throws(NetlinkMalformed) -> AttributeReader? {
        guard payload.count >= 4 else { throw NetlinkMalformed() }
        var reader = AttributeReader(payload.dropFirst(4))
        while let attribute = try reader.next() {
            if attribute.type == type { return attribute.nested }
        }
        return nil
    }

    private static func family(_ attribute: NetlinkAttribute) -> AddressFamily? {
        attribute.uint16.flatMap(UInt8.init(exactly:)).flatMap(AddressFamily.init(rawValue:))
    }

    /// An address out of `union nf_inet_addr`, whose first four bytes an IPv4 address takes.
    private static func address(_ bytes: ArraySlice<UInt8>, _ family: AddressFamily) -> IPAddress? {
        IPAddress(bytes: bytes.prefix(family == .ipv4 ? 4 : 16)).flatMap { $0.family == family ? $0 : nil }
    }

    /// Decodes `IPVS_STATS_ATTR_*`; before Linux 4.1 connections and packets have 32 bits.
    private static func statistics(
        _ attribute: NetlinkAttribute,
        is64: Bool,
    ) throws(NetlinkMalformed) -> TrafficStatistics {
        var statistics = TrafficStatistics()
        var reader = attribute.nested
        while let attribute = try reader.next() {
            let isBytes = attribute.type == 4 || attribute.type == 5
            let number = is64 || isBytes ? attribute.uint64 : attribute.uint32.map(UInt64.init)
            switch attribute.type {
            case 1: statistics.connections = number ?? 0
            case 2: statistics.incomingPackets = number ?? 0
            case 3: statistics.outgoingPackets = number ?? 0
            case 4: statistics.incomingBytes = number ?? 0
            case 5: statistics.outgoingBytes = number ?? 0
            case 6: statistics.connectionRate = number ?? 0
            case 7: statistics.incomingPacketRate = number ?? 0
            case 9: statistics.incomingByteRate = number ?? 0
            default: continue
            }
        }
        return statistics
    }
}
