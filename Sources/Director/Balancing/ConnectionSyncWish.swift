/// Which sync daemons the kernel should run.
package struct ConnectionSyncWish: Hashable, Sendable {
    /// How; nothing if connections are not synchronized.
    package var settings: ConnectionSyncSettings?
    /// What is to run, sorted: the master on the director that forwards, the backup on the one that waits.
    package var roles: [SyncDaemon.Role]

    /// Makes a wish.
    package init(settings: ConnectionSyncSettings?, roles: Set<SyncDaemon.Role>) {
        self.settings = settings
        self.roles = settings == nil ? [] : roles.sorted { $0.rawValue < $1.rawValue }
    }

    /// Makes the wish of somebody who does not know the election: what runs goes on, and a backup if nothing does.
    package init(adopting observed: [SyncDaemon], _ settings: ConnectionSyncSettings?) {
        let running = observed.filter { $0.identifier == settings?.identifier }.map(\.role)
        self.init(settings: settings, roles: running.isEmpty ? [.backup] : Set(running))
    }
}
