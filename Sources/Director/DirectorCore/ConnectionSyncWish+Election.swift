package import Balancing
import VRRP

extension ConnectionSyncWish {
    /// What the sync daemons shall do, by how the election stands.
    ///
    /// One virtual router decides if the settings name it; else all do, and a director that forwards for some addresses
    /// and waits for others runs both daemons. An address that this machine still holds is forwarded here, whatever the
    /// router's state: a restarted director keeps what it found until the election is decided.
    ///
    /// One that has just taken over goes on listening to the one before, which may still tell of connections. Only a
    /// director that is a real server too must not, because the kernel balances nothing while the backup daemon runs.
    package init(
        _ settings: ConnectionSyncSettings?,
        _ report: ElectionReport,
        isTakingOver: Bool = false,
    ) {
        let named = report.routers.filter { $0.name == settings?.virtualRouter }
        var roles: Set<SyncDaemon.Role> = []
        for router in named.isEmpty ? report.routers : named {
            let forwards = router.state == .active || router.addresses.contains(where: \.isHeld)
            roles.insert(forwards ? .master : .backup)
        }
        if isTakingOver, settings?.isBackupOnly == false, !roles.isEmpty { roles.insert(.backup) }
        self.init(settings: settings, roles: roles)
    }
}
