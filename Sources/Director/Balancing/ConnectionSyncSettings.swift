package import Primitives

/// How the two directors tell each other of established connections.
package struct ConnectionSyncSettings: Hashable, Sendable {
    /// The sync id, the same on both directors and on no others of the LAN; 0 would take everybody's messages.
    package var identifier: UInt8
    /// The interface between the directors.
    package var interface: String
    /// The multicast group.
    package var group = SyncDaemon.defaultGroup
    /// The UDP port of the first thread.
    package var port = SyncDaemon.defaultPort
    /// TTL or hop limit.
    package var timeToLive: UInt8 = 1
    /// The greatest message in bytes; nothing for what the kernel takes from the interface's MTU.
    package var maximumLength: UInt16?
    /// The number of threads and ports, a power of two (`sync_ports`).
    package var ports = 1
    /// How long a backup has to listen before it is taken to know every connection that is in use.
    package var soak = Interval.seconds(10)
    /// Whether the director is a real server too, which must not balance while it is the standby (`backup_only`).
    package var isBackupOnly = false
    /// The virtual router that decides the role; all of them if absent.
    package var virtualRouter: String?

    /// Makes settings with the kernel's defaults.
    package init(identifier: UInt8, interface: String) {
        self.identifier = identifier
        self.interface = interface
    }

    /// The daemon of a role that these settings want.
    package func daemon(_ role: SyncDaemon.Role) -> SyncDaemon {
        SyncDaemon(
            role: role,
            interface: interface,
            identifier: identifier,
            group: group,
            port: port,
            timeToLive: timeToLive,
            maximumLength: maximumLength,
        )
    }
}
