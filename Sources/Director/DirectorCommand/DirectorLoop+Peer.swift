internal import ControlSocket
internal import DirectorConfiguration
internal import DirectorCore
internal import Election
internal import Glibc
internal import Linux
internal import Logging
internal import PeerLink
internal import PeerProtocol
internal import Primitives
internal import ServiceManager
internal import VRRP

/// The loop's part of the agreement with the other director.
extension DirectorLoop {
    /// How often the peer core hears of health, kernel and clock though nothing has changed.
    private static var peerInterval: Interval { .seconds(1) }
    /// How long a stop waits for the handover at the latest; then the election gives up its addresses as ever.
    private static var handoverTime: Interval { .seconds(9) }

    /// Hands an event to the peer core and executes what it wants, in order.
    mutating func handlePeer(_ event: PeerEvent) {
        for effect in peer.handle(event, at: Clock.now) {
            switch effect {
            case .listen(let port, let key):
                let anyAddress: IPAddress =
                    switch configuration.peer?.address.family {
                    case .ipv6: .v6(IPv6Address(high: 0, low: 0))
                    case .ipv4, nil: .v4(IPv4Address(0, 0, 0, 0))
                    }
                threads.peer.listen(on: Endpoint(address: anyAddress, port: port), expecting: key)
            case .stopListening: threads.peer.stopListening()
            case .dial(let connection, let endpoint, let key):
                threads.peer.dial(connection, to: endpoint, expecting: key)
            case .send(let connection, let bytes): threads.peer.send(connection, bytes)
            case .close(let connection): threads.peer.close(connection)
            case .election(let order): obey(order)
            case .tellConnections(let handover, let routers, let until):
                beginTransfer(of: routers, for: handover, until: until)
            case .orders(let orders): sharedOrders += orders
            case .answer(let token, let succeeded, let text):
                guard let reply = failovers.removeValue(forKey: token) else { continue }
                if succeeded { reply.succeed(text) } else { reply.fail(text) }
            case .log(let change): clusterLog.record(change)
            case .stopReady:
                handoverDeadline = nil
                live(.stopRequested)
            }
        }
    }

    private mutating func obey(_ order: ElectionOrder) {
        switch order {
        case .handOver(let routers, let until):
            prolongTransfer(until: until)
            threads.election.post(.handOver(routers: routers, until: until))
        case .takeOver(let routers, let until):
            beginTakeover(of: routers)
            threads.election.post(.takeOver(routers: routers, until: until))
        case .letGo(let routers):
            threads.election.post(.letGo(routers: routers))
            finishTransfer()
        case .concludeTakeOver(let routers, let until):
            threads.election.post(.concludeTakeOver(routers: routers, until: until))
        case .cancelHandOver(let routers):
            threads.election.post(.cancelHandOver(routers: routers))
            pauseTransfer()
            cancelTakeover(of: routers)
        case .peerReported(let active, let superior):
            threads.election.post(.peerReported(active: active, superior: superior))
        case .deferPreemption(let isDeferred):
            peerDefersPreemption = isDeferred
            deferPreemption()
        }
    }

    /// Tells the election whether it may preempt: when this director can serve, and no peer has to be asked first.
    mutating func deferPreemption() {
        let isDeferred = !mayPreempt || peerDefersPreemption
        guard isDeferred != defersPreemption else { return }
        defersPreemption = isDeferred
        threads.election.post(.deferPreemption(isDeferred))
    }

    /// Starts the peer core with what the cluster core was started with.
    mutating func startPeer(_ event: ClusterEvent) {
        guard case .started(_, let bootIdentifier, let programVersion) = event else { return }
        threads.peer.replaceVirtualAddresses(configuration.virtualAddresses)
        informPeer(at: Clock.now)
        handlePeer(.started(peerSettings, bootIdentifier: bootIdentifier, programVersion: programVersion))
    }

    /// Hands a new configuration to the peer core.
    mutating func reconfigurePeer() {
        threads.peer.replaceVirtualAddresses(configuration.virtualAddresses)
        // A peer that was taken out and put back: the orders are those of before, and yet news to its core.
        handlePeer(.ordersChanged(core.sharedOrders(at: Clock.now, clock: Self.wallClock)))
        handlePeer(.configurationReplaced(peerSettings))
    }

    /// Lets an operator wait for the other director to take over.
    mutating func failOver(router: String?, isForced: Bool, _ reply: ControlReply) {
        let token = nextFailover
        nextFailover += 1
        failovers[token] = reply
        handlePeer(.failoverRequested(FailoverRequest(token: token, router: router, isForced: isForced)))
    }

    /// What the peer core works by.
    var peerSettings: PeerSettings {
        PeerSettings(
            directorName: configuration.name,
            fingerprint: threads.peer.fingerprint,
            peer: configuration.peer,
            configuration: configuration.summary,
            routers: configuration.election.routers,
        )
    }

    /// Tells the peer core what it cannot see: the clock, whether this director could serve, and what it thinks.
    mutating func informPeer(at now: MonotonicInstant) {
        guard configuration.peer != nil, peerInformationDue <= now else { return }
        peerInformationDue = now + Self.peerInterval
        handlePeer(.clockRead(Self.wallClock))
        let information = core.peerInformation(at: now)
        handlePeer(.readinessChanged(information.readiness, information.connectionSync))
        handlePeer(.opinionsChanged(information.opinions))
        handlePeer(.addressFindingsChanged(information.addressFindings))
    }

    /// Tells the cluster core what the other director thinks of the real servers, if that is news.
    private mutating func hearPeer() {
        // A director that is no peer any more has no say.
        let opinions = configuration.peer == nil ? [] : peer.peerOpinions
        let isAlike = peer.hasSameConfiguration
        guard opinions != lastPeerOpinions || isAlike != isPeerAlike else { return }
        (lastPeerOpinions, isPeerAlike) = (opinions, isAlike)
        let name = configuration.peer?.name ?? ""
        handle(.peerReported(director: name, opinions, hasSameConfiguration: isAlike))
    }

    /// When the peer core wants to be called or told.
    var peerDeadline: MonotonicInstant? {
        let candidates = [
            peer.deadline, configuration.peer == nil ? nil : peerInformationDue, handoverDeadline, takeover?.until,
        ]
        return candidates.compactMap { $0 }.min()
    }

    /// Does what is due between the directors.
    mutating func advancePeer(at now: MonotonicInstant) {
        informPeer(at: now)
        if let due = peer.deadline, due <= now { handlePeer(.deadlineReached) }
        hearPeer()
        if let until = takeover?.until, until <= now { endTakeover() }
        if let deadline = handoverDeadline, deadline <= now {
            handoverDeadline = nil
            logger.warning("the handover did not end in time")
            live(.stopRequested)
        }
    }

    /// Begins the end of the process: what it holds is handed over first, or kept over a planned restart.
    mutating func requestStop() {
        guard handoverDeadline == nil, life.phase == .starting || life.phase == .running, !hasRequestedStop else {
            // Asked a second time, it does not wait any longer.
            handoverDeadline = nil
            live(.stopRequested)
            return
        }
        hasRequestedStop = true
        isRestarting = restartAnnouncedUntil.map { Clock.now < $0 } ?? false && life.phase == .running
        if !isRestarting { DeathRecord(stateDirectory: configuration.stateDirectory).noteStop() }
        handoverDeadline = Clock.now + Self.handoverTime
        notifier.stopping(
            status: isRestarting ? "restarting with the virtual addresses" : "handing over the virtual addresses"
        )
        handlePeer(.stopRequested(isRestarting ? .restart : .stop))
    }

    /// Ends the election: without its addresses, or for a planned restart with them.
    mutating func endElection() -> Bool {
        guard isRestarting else { return threads.election.post(.stop) }
        let until = Clock.now + RestartRecord.validity
        let names = (lastElection?.routers ?? []).filter { $0.state == .active }.map(\.name)
        do {
            try RestartRecord(stateDirectory: configuration.stateDirectory).write(names, until: until)
        } catch {
            // The next process would not dare to claim what it finds, so the peer had better take over.
            logger.error("a planned restart cannot be recorded", metadata: ["error": "\(error)"])
            isRestarting = false
            return threads.election.post(.stop)
        }
        return threads.election.post(.suspend(until: until))
    }
}
