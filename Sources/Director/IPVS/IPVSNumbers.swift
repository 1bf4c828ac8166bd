/// Commands of the generic netlink family "IPVS" (linux/ip_vs.h, `IPVS_CMD_*`).
enum IPVSCommand: UInt8 {
    case newService = 1
    case setService = 2
    case deleteService = 3
    case getService = 4
    case newDestination = 5
    case setDestination = 6
    case deleteDestination = 7
    case getDestination = 8
    case newDaemon = 9
    case deleteDaemon = 10
    case getDaemon = 11
    case setConfiguration = 12
    case getConfiguration = 13
    case setInformation = 14
    case getInformation = 15
}

/// Top-level attributes (`IPVS_CMD_ATTR_*`).
enum CommandAttribute {
    static let service: UInt16 = 1
    static let destination: UInt16 = 2
    static let daemon: UInt16 = 3
    static let timeoutTCP: UInt16 = 4
    static let timeoutTCPFinish: UInt16 = 5
    static let timeoutUDP: UInt16 = 6
}

/// Attributes of a service (`IPVS_SVC_ATTR_*`).
enum ServiceAttribute {
    static let family: UInt16 = 1
    static let protocolNumber: UInt16 = 2
    static let address: UInt16 = 3
    static let port: UInt16 = 4
    static let firewallMark: UInt16 = 5
    static let scheduler: UInt16 = 6
    static let flags: UInt16 = 7
    static let timeout: UInt16 = 8
    static let netmask: UInt16 = 9
    static let statistics: UInt16 = 10
    static let statistics64: UInt16 = 12
}

/// Attributes of a destination (`IPVS_DEST_ATTR_*`).
enum DestinationAttribute {
    static let address: UInt16 = 1
    static let port: UInt16 = 2
    static let forwardingMethod: UInt16 = 3
    static let weight: UInt16 = 4
    static let upperThreshold: UInt16 = 5
    static let lowerThreshold: UInt16 = 6
    static let activeConnections: UInt16 = 7
    static let inactiveConnections: UInt16 = 8
    static let persistentConnections: UInt16 = 9
    static let statistics: UInt16 = 10
    static let addressFamily: UInt16 = 11
    static let statistics64: UInt16 = 12
}

/// Attributes of a sync daemon (`IPVS_DAEMON_ATTR_*`).
enum DaemonAttribute {
    static let state: UInt16 = 1
    static let interface: UInt16 = 2
    static let identifier: UInt16 = 3
    static let maximumLength: UInt16 = 4
    static let group: UInt16 = 5
    static let group6: UInt16 = 6
    /// In the machine's order, unlike the ports of services.
    static let port: UInt16 = 7
    static let timeToLive: UInt16 = 8
}

/// Flags of a service (`IP_VS_SVC_F_*`).
enum ServiceFlags {
    static let persistent: UInt32 = 0x01
    static let onePacket: UInt32 = 0x04
    static let scheduler: UInt32 = 0x08 | 0x10 | 0x20
    /// What Tandem decides; the kernel keeps the others.
    static let own: UInt32 = persistent | onePacket | scheduler
}
