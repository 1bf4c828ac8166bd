package import Primitives

/// A connection synchronization daemon of the kernel's IPVS (ip_vs_sync.c).
package struct SyncDaemon: Hashable, Sendable {
    /// What a daemon does (linux/ip_vs.h, `IP_VS_STATE_*`).
    package enum Role: UInt32, Hashable, Sendable, CaseIterable {
        /// It tells of the connections that this director forwards.
        case master = 1
        /// It learns of those that another director forwards.
        case backup = 2
    }

    /// What it does; the kernel has at most one daemon of a role.
    package var role: Role
    /// The interface on which it sends or listens.
    package var interface: String
    /// The sync id: only messages with the same one are taken.
    package var identifier: UInt8
    /// The multicast group.
    package var group: IPAddress
    /// The UDP port of the first thread; others follow it.
    package var port: UInt16
    /// TTL or hop limit of what it sends.
    package var timeToLive: UInt8
    /// The greatest message in bytes; nothing for what the kernel takes from the interface's MTU.
    package var maximumLength: UInt16?

    /// Where the kernel's daemons speak unless they are told otherwise.
    package static let defaultGroup = IPAddress.v4(IPv4Address(224, 0, 0, 81))
    /// The port that they use then.
    package static let defaultPort: UInt16 = 8848

    /// Makes a daemon with the kernel's defaults.
    package init(
        role: Role,
        interface: String,
        identifier: UInt8,
        group: IPAddress = SyncDaemon.defaultGroup,
        port: UInt16 = SyncDaemon.defaultPort,
        timeToLive: UInt8 = 1,
        maximumLength: UInt16? = nil,
    ) {
        self.role = role
        self.interface = interface
        self.identifier = identifier
        self.group = group
        self.port = port
        self.timeToLive = timeToLive
        self.maximumLength = maximumLength
    }
}

extension SyncDaemon: CustomStringConvertible {
    package var description: String {
        "\(role) daemon with sync id \(identifier) on \(interface), \(Endpoint(address: group, port: port))"
    }
}
