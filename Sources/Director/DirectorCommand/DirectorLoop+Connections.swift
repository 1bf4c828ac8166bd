internal import Balancing
internal import Dataplane
internal import DirectorConfiguration
internal import DirectorCore
internal import Linux
internal import Logging
internal import Primitives
internal import SystemPackage
internal import VRRP

/// The loop's part of keeping connections over a change of director.
///
/// The kernel's sync daemon tells of a connection up to two seconds late, so a successor gets segments that it does not
/// know. The one before tells of its connections itself, and the successor answers nothing until it has heard of them:
/// the client sends again after some 200 ms, where a reset would have cost it the connection.
extension DirectorLoop {
    /// How long after a handover packets still come to the one before, which keeps its addresses for as long.
    private static var lateness: Interval { ElectionCore.lingering }

    /// Tells the dataplane which sync daemons should run, if that is another wish than the last one.
    mutating func synchronizeConnections() {
        guard let lastElection, lastElection.knowsItsInterfaces || lastElection.isStopping else { return }
        let isTakingOver = takeover != nil
        let wish = ConnectionSyncWish(configuration.connectionSync, lastElection, isTakingOver: isTakingOver)
        guard wish != syncWish, wish.settings != nil || syncWish != nil else { return }
        syncWish = wish
        threads.dataplane.post(.synchronize(wish))
    }

    /// Begins to tell the successor of the connections to the addresses of these routers.
    ///
    /// The peer core learns through the inbox that those that stand are told, and at once where nothing can be told.
    mutating func beginTransfer(of routers: [String], for handover: UInt64, until: MonotonicInstant) {
        let inbox = inbox.peer
        // Where there is no room it goes on when its patience is over.
        let told: @Sendable () -> Void = { inbox.post(.connectionsTold(handover: handover)) }
        guard let settings = configuration.connectionSync, !settings.isBackupOnly else { return told() }
        let services = services(of: routers)
        // An offer that was refused is made again; the transfer that began with it goes on.
        if let transfer, transfer.services == services, transfer.goOn(until: until, told) { return }
        let (logger, began) = (logger, Clock.now)
        do throws(Errno) {
            // What an earlier handover still tells of, it tells of to its own end.
            transfer = try ConnectionTransfer.start(
                settings,
                services: services,
                realServers: Set(configuration.cluster.realServers.map(\.address)),
                until: until,
                told,
            ) { outcome in
                var metadata: Logger.Metadata = [
                    "transfer.connections": "\(outcome.connections)", "transfer.openings": "\(outcome.openings)",
                    "transfer.forwarded": "\(outcome.forwarded)", "transfer.looks": "\(outcome.looks)",
                    "transfer.longest_look": "\(outcome.longestLook)", "transfer.duration": "\(Clock.now - began)",
                ]
                if let trouble = outcome.trouble {
                    metadata["transfer.trouble"] = "\(trouble)"
                    logger.warning("the successor may not know of every connection", metadata: metadata)
                } else {
                    logger.info("the successor was told of the connections", metadata: metadata)
                }
            }
        } catch {
            logger.warning("the successor is not told of the latest connections", metadata: ["errno": "\(error)"])
            told()
        }
    }

    /// The offer is made: the successor is told of connections until it has taken over, or could have.
    mutating func prolongTransfer(until: MonotonicInstant) {
        transfer?.end(at: until)
    }

    /// The successor has taken over: only what comes late is still told of.
    mutating func finishTransfer() {
        transfer?.end(at: Clock.now + Self.lateness)
    }

    /// The offer came to nothing: it may be made again soon, and by then the successor should know all the same.
    mutating func pauseTransfer() {
        transfer?.end(at: Clock.now + PeerCore.retryInterval * 4)
    }

    /// Tells of no more connections.
    mutating func endTransfer() {
        transfer?.end(at: Clock.now)
        transfer = nil
    }

    /// Begins to take over: what cannot be forwarded yet is dropped.
    mutating func beginTakeover(of routers: [String]) {
        endTransfer()
        // Without synchronization, or where only a standby listens, nobody tells of the connections, and a reset ends
        // them soonest.
        guard let settings = configuration.connectionSync, !settings.isBackupOnly else { return }
        let until = Clock.now + PeerCore.handoverPatience + Self.lateness
        var current = takeover ?? Takeover(until: until)
        let endpoints = services(of: routers).keys.filter { $0.protocol == .tcp }.map(\.endpoint).sorted()
        if let refusal = current.add(endpoints, until: until) {
            logger.warning("unknown segments are reset while taking over", metadata: ["errno": "\(refusal)"])
        }
        takeover = current
        synchronizeConnections()
    }

    /// Ends the takeover of routers that did not come here; what this director is Active for, it may not be told of yet.
    mutating func cancelTakeover(of routers: [String]) {
        let active = (lastElection?.routers ?? []).filter { $0.state == .active }.map(\.name)
        if !routers.contains(where: active.contains) { endTakeover() }
    }

    /// Ends the time in which the one before is listened to.
    mutating func endTakeover() {
        guard takeover != nil else { return }
        takeover = nil
        synchronizeConnections()
    }

    /// The services at the addresses of these routers, with the seconds of their persistence, or 0.
    private func services(of routers: [String]) -> [ServiceIdentity: UInt32] {
        let addresses = configuration.election.routers.filter { routers.contains($0.name) }
            .flatMap { $0.addresses.map(\.address) }
        var services: [ServiceIdentity: UInt32] = [:]
        for service in configuration.cluster.services.map(\.service)
        where addresses.contains(service.identity.endpoint.address) {
            services[service.identity] = UInt32(service.persistenceTimeout)
        }
        return services
    }
}
