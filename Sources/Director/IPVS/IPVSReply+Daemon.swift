package import Balancing
package import Netlink
internal import Primitives

extension IPVSReply {
    /// Decodes a sync daemon; nothing for one of a role that Tandem does not know.
    ///
    /// Kernels before Linux 4.3 tell neither group nor port nor TTL: theirs are the defaults.
    package static func daemon(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> SyncDaemon? {
        guard payload.first == IPVSCommand.newDaemon.rawValue,
            var reader = try nest(CommandAttribute.daemon, in: payload)
        else { return nil }
        var role: SyncDaemon.Role?
        var daemon = SyncDaemon(role: .master, interface: "", identifier: 0)
        while let attribute = try reader.next() {
            switch attribute.type {
            case DaemonAttribute.state: role = attribute.uint32.flatMap(SyncDaemon.Role.init(rawValue:))
            case DaemonAttribute.interface: daemon.interface = attribute.string
            case DaemonAttribute.identifier: daemon.identifier = UInt8(truncatingIfNeeded: attribute.uint32 ?? 0)
            case DaemonAttribute.maximumLength: daemon.maximumLength = attribute.uint16
            case DaemonAttribute.group, DaemonAttribute.group6:
                guard let group = IPAddress(bytes: attribute.payload) else { throw NetlinkMalformed() }
                daemon.group = group
            case DaemonAttribute.port: daemon.port = attribute.uint16 ?? daemon.port
            case DaemonAttribute.timeToLive: daemon.timeToLive = attribute.uint8 ?? daemon.timeToLive
            default: continue
            }
        }
        guard let role else { return nil }
        daemon.role = role
        return daemon
    }
}
