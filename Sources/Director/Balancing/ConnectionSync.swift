package import Primitives

/// Compares the kernel's sync daemons with the wish, look by look, and knows how long the backup has listened.
///
/// What to do comes from the comparison alone. Between looks it remembers which sync ids it has wanted, to tell its own
/// daemons from others', what was right, to tell drift from a wish, and since when a backup hears.
package struct ConnectionSync: Sendable {
    /// What a comparison gave.
    package struct Plan: Hashable, Sendable {
        /// The changes in the order in which they have to be made.
        package var operations: [PlannedSyncOperation] = []
        /// Daemons of others, which stand in the way of ours.
        package var foreign: [SyncDaemon] = []

        /// Makes a plan that changes nothing.
        package init() {}
    }

    /// The sync ids that were wanted in this life, whose daemons are ours.
    private var ownIdentifiers: Set<UInt8> = []
    /// The daemons that were right at the last look.
    private var settled: Set<SyncDaemon> = []
    /// The number of threads with which running daemons of ours were wanted.
    private var ports: Int?
    private var role = ConnectionSyncStatus.Role.none
    private var since: MonotonicInstant?
    private var knowledge = Knowledge.nothing

    /// What is known of the connections that are in use.
    private enum Knowledge: Hashable {
        case nothing
        /// A backup has listened without a gap since then.
        case learning(since: MonotonicInstant)
        /// This director has forwarded all of them, and has listened since it stopped.
        case everything
    }

    /// Makes one that has seen nothing yet.
    package init() {}

    /// Plans what separates the kernel's daemons from the wished ones.
    ///
    /// What begins comes before what ends, so that at no time fewer run than are needed. Only where a director is a real
    /// server too does the backup end first, because the kernel balances nothing while one runs.
    package mutating func plan(_ wish: ConnectionSyncWish, observed: [SyncDaemon]) -> Plan {
        var plan = Plan()
        if let settings = wish.settings { ownIdentifiers.insert(settings.identifier) }
        let hasOtherPorts = ports.map { $0 != wish.settings?.ports } ?? false
        ports = wish.settings?.ports
        var starts: [PlannedSyncOperation] = []
        var replacements: [PlannedSyncOperation] = []
        var stops: [PlannedSyncOperation] = []
        var right: Set<SyncDaemon> = []
        for role in SyncDaemon.Role.allCases {
            let wanted = wish.roles.contains(role) ? wish.settings?.daemon(role) : nil
            let found = observed.first { $0.role == role }
            switch (wanted, found) {
            case (nil, nil): break
            case (let wanted?, nil):
                let isDrift = settled.contains(wanted)
                starts.append(PlannedSyncOperation(.start(wanted), isDrift ? .daemonMissing : .wanted))
            case (nil, let found?):
                guard ownIdentifiers.contains(found.identifier) else {
                    // With no wish for connection synchronization at all it is nobody's business.
                    if wish.settings != nil { plan.foreign.append(found) }
                    continue
                }
                stops.append(PlannedSyncOperation(.stop(role), .unwanted))
            case (let wanted?, let found?):
                guard ownIdentifiers.contains(found.identifier) else {
                    plan.foreign.append(found)
                    continue
                }
                if found.isAsWanted(wanted), !hasOtherPorts {
                    right.insert(wanted)
                } else {
                    let reason: OperationReason = settled.contains(wanted) && !hasOtherPorts ? .daemonChanged : .wanted
                    replacements.append(PlannedSyncOperation(.stop(role), reason))
                    replacements.append(PlannedSyncOperation(.start(wanted), reason))
                }
            }
        }
        settled = right
        let endsFirst = wish.settings?.isBackupOnly == true && wish.roles == [.master]
        plan.operations = endsFirst ? stops + starts + replacements : starts + replacements + stops
        return plan
    }

    /// Takes the daemons as they are after the changes, and says how far this director is.
    package mutating func follow(
        _ wish: ConnectionSyncWish,
        running: [SyncDaemon],
        at now: MonotonicInstant,
    ) -> ConnectionSyncStatus {
        let own = running.filter { daemon in
            guard let settings = wish.settings else { return ownIdentifiers.contains(daemon.identifier) }
            return daemon.isAsWanted(settings.daemon(daemon.role))
        }
        let current: ConnectionSyncStatus.Role =
            switch (own.contains { $0.role == .master }, own.contains { $0.role == .backup }) {
            case (true, true): .both
            case (true, false): .master
            case (false, true): .backup
            case (false, false): .none
            }
        if current != role || since == nil { (role, since) = (current, now) }
        guard let settings = wish.settings else {
            return status(now, true, "connections are not synchronized")
        }
        switch (current, knowledge) {
        case (.none, _):
            knowledge = .nothing
            return status(now, false, "no daemon runs")
        case (.master, _):
            knowledge = .everything
            return status(now, true, "this director forwards")
        case (.backup, .everything), (.both, .everything):
            return status(now, true, "this director forwarded until it listened")
        case (.backup, .nothing), (.both, .nothing):
            knowledge = .learning(since: now)
            return status(now, settings.soak <= .zero, "begins to listen")
        case (.backup, .learning(let start)), (.both, .learning(let start)):
            let isCaughtUp = now - start >= settings.soak
            return status(now, isCaughtUp, "has listened for \(now - start) of \(settings.soak)")
        }
    }

    private func status(_ now: MonotonicInstant, _ isCaughtUp: Bool, _ reason: String) -> ConnectionSyncStatus {
        ConnectionSyncStatus(role: role, since: since ?? now, isCaughtUp: isCaughtUp, reason: reason)
    }

    /// Plans the end of the daemons that are ours: `on_stop: clear`.
    package static func clearing(_ settings: ConnectionSyncSettings, observed: [SyncDaemon]) -> [SyncDaemonOperation] {
        observed.filter { $0.identifier == settings.identifier }.map { .stop($0.role) }
    }
}

extension SyncDaemon {
    /// Whether it does what is wanted; where no length is wanted, the kernel's choice is right.
    func isAsWanted(_ wanted: SyncDaemon) -> Bool {
        var wanted = wanted
        wanted.maximumLength = wanted.maximumLength ?? maximumLength
        return self == wanted
    }
}
