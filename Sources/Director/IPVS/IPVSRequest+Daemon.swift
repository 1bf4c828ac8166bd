package import Balancing
package import Netlink
internal import Primitives

extension IPVSRequest {
    /// Encodes the start or the end of a sync daemon: `ipvsadm --start-daemon`, `ipvsadm --stop-daemon`.
    package static func encode(_ operation: SyncDaemonOperation, family: UInt16) -> NetlinkRequest {
        let message: NetlinkMessage
        switch operation {
        case .start(let daemon):
            message = begin(.newDaemon, NetlinkMessage.acknowledged | NetlinkMessage.createExclusively, family)
            message.nest(CommandAttribute.daemon) { put(daemon, into: $0) }
        case .stop(let role):
            message = begin(.deleteDaemon, NetlinkMessage.acknowledged, family)
            message.nest(CommandAttribute.daemon) { $0.put(DaemonAttribute.state, role.rawValue) }
        }
        return NetlinkRequest(message, operation: "ipvs", subject: "\(operation)")
    }

    /// Encodes the dump of the sync daemons: `ipvsadm -L --daemon`.
    package static func dumpDaemons(family: UInt16) -> NetlinkRequest {
        NetlinkRequest(begin(.getDaemon, NetlinkMessage.dump, family), operation: "dump ipvs sync daemons")
    }

    private static func put(_ daemon: SyncDaemon, into message: borrowing NetlinkMessage) {
        message.put(DaemonAttribute.state, daemon.role.rawValue)
        message.put(DaemonAttribute.interface, string: daemon.interface)
        message.put(DaemonAttribute.identifier, UInt32(daemon.identifier))
        if let length = daemon.maximumLength { message.put(DaemonAttribute.maximumLength, length) }
        let isIPv4 = daemon.group.family == .ipv4
        message.put(isIPv4 ? DaemonAttribute.group : DaemonAttribute.group6, bytes: daemon.group.bytes)
        message.put(DaemonAttribute.port, daemon.port)
        message.put(DaemonAttribute.timeToLive, daemon.timeToLive)
    }
}
