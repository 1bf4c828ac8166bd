package import Balancing
package import Netlink
package import Primitives

/// Encodes requests to the kernel's IPVS (protocol: genetlink family "IPVS", version 1).
package enum IPVSRequest {
    /// Encodes one change of the table.
    package static func encode(_ operation: IPVSOperation, family: UInt16) -> NetlinkRequest {
        let extra: UInt16
        let command: IPVSCommand
        switch operation {
        case .addService: (command, extra) = (.newService, NetlinkMessage.createExclusively)
        case .setService: (command, extra) = (.setService, 0)
        case .removeService: (command, extra) = (.deleteService, 0)
        case .addDestination: (command, extra) = (.newDestination, NetlinkMessage.createExclusively)
        case .setDestination: (command, extra) = (.setDestination, 0)
        case .removeDestination: (command, extra) = (.deleteDestination, 0)
        }
        let message = begin(command, NetlinkMessage.acknowledged | extra, family)
        switch operation {
        case .addService(let service), .setService(let service):
            message.nest(CommandAttribute.service) { nest in
                put(service.identity, into: nest)
                put(service, into: nest)
            }
        case .removeService(let identity):
            message.nest(CommandAttribute.service) { put(identity, into: $0) }
        case .addDestination(let identity, let destination), .setDestination(let identity, let destination):
            message.nest(CommandAttribute.service) { put(identity, into: $0) }
            message.nest(CommandAttribute.destination) { nest in
                put(destination.endpoint, into: nest)
                nest.put(DestinationAttribute.forwardingMethod, UInt32(ForwardingMethod.directRouting.rawValue))
                nest.put(DestinationAttribute.weight, destination.weight)
                nest.put(DestinationAttribute.upperThreshold, UInt32(0))
                nest.put(DestinationAttribute.lowerThreshold, UInt32(0))
            }
        case .removeDestination(let identity, let endpoint):
            message.nest(CommandAttribute.service) { put(identity, into: $0) }
            message.nest(CommandAttribute.destination) { put(endpoint, into: $0) }
        }
        return NetlinkRequest(message, operation: "ipvs", subject: "\(operation)")
    }

    /// Encodes the dump of all services.
    package static func dumpServices(family: UInt16) -> NetlinkRequest {
        NetlinkRequest(begin(.getService, NetlinkMessage.dump, family), operation: "dump ipvs services")
    }

    /// Encodes the dump of a service's destinations; for a service that is gone the kernel dumps nothing.
    package static func dumpDestinations(of service: ServiceIdentity, family: UInt16) -> NetlinkRequest {
        let message = begin(.getDestination, NetlinkMessage.dump, family)
        message.nest(CommandAttribute.service) { put(service, into: $0) }
        return NetlinkRequest(message, operation: "dump ipvs destinations of", subject: "\(service)")
    }

    /// Encodes the question for version and table size.
    package static func getInformation(family: UInt16) -> NetlinkRequest {
        NetlinkRequest(begin(.getInformation, NetlinkMessage.acknowledged, family), operation: "get ipvs information")
    }

    /// Encodes the question for the connection timeouts.
    package static func getConfiguration(family: UInt16) -> NetlinkRequest {
        NetlinkRequest(begin(.getConfiguration, NetlinkMessage.acknowledged, family), operation: "get ipvs timeouts")
    }

    static func begin(_ command: IPVSCommand, _ flags: UInt16, _ family: UInt16) -> NetlinkMessage {
        NetlinkMessage(type: family, flags: flags, header: [command.rawValue, 1, 0, 0])
    }

    private static func put(_ identity: ServiceIdentity, into message: borrowing NetlinkMessage) {
        message.put(ServiceAttribute.family, UInt16(identity.endpoint.address.family.rawValue))
        message.put(ServiceAttribute.protocolNumber, UInt16(identity.protocol.rawValue))
        message.put(ServiceAttribute.address, bytes: padded(identity.endpoint.address))
        message.put(ServiceAttribute.port, identity.endpoint.port.bigEndian)
    }

    private static func put(_ service: VirtualService, into message: borrowing NetlinkMessage) {
        let isPersistent = service.persistenceTimeout > 0
        let flags = service.schedulerFlags & ServiceFlags.scheduler | (isPersistent ? ServiceFlags.persistent : 0)
        message.put(ServiceAttribute.scheduler, string: service.schedulerName)
        message.put(ServiceAttribute.flags, bytes: NativeBytes.of(flags) + NativeBytes.of(ServiceFlags.own))
        message.put(ServiceAttribute.timeout, service.persistenceTimeout)
        message.put(ServiceAttribute.netmask, service.clientMask)
    }

    private static func put(_ endpoint: Endpoint, into message: borrowing NetlinkMessage) {
        message.put(DestinationAttribute.address, bytes: padded(endpoint.address))
        message.put(DestinationAttribute.port, endpoint.port.bigEndian)
        message.put(DestinationAttribute.addressFamily, UInt16(endpoint.address.family.rawValue))
    }

    /// `union nf_inet_addr`: 16 bytes for either family.
    private static func padded(_ address: IPAddress) -> [UInt8] {
        address.bytes + [UInt8](repeating: 0, count: 16 - address.bytes.count)
    }
}
