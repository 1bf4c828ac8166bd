import Health
import PeerProtocol
import Primitives
import VRRP

/// The connection to the other director.
extension PeerCore {
    /// How long the shell may take to connect.
    private static var dialTimeout: Interval { .seconds(3) }

    /// How long to wait before the dial after so many that failed: a restarted peer is back within a second.
    private static func backoff(attempts: Int) -> Interval {
        min(.milliseconds(100) * Int64(1 << min(attempts, 5)), .seconds(2))
    }

    mutating func replace(_ new: PeerSettings, at now: MonotonicInstant) {
        let old = settings
        settings = new
        if old?.configuration != new.configuration || old == nil {
            generation += 1
            changedAt = clock(at: now)
        }
        guard stop == .running else { return }
        let isOtherLink =
            old?.peer != new.peer || old?.fingerprint != new.fingerprint || old?.directorName != new.directorName
        guard isOtherLink else { return }
        if old?.peer != nil { dismiss(.dismissed, at: now) }
        // By the old settings: who listened does so while a link is open, too, and for a key that counts no more.
        if let old, old.peer != nil, !old.dials { effects.append(.stopListening) }
        linkSince = now
        linkEvidence = ""
        attempts = 0
        hearsay = []
        guard let peer = new.peer else {
            link = .none
            return
        }
        if old?.peer != nil { deferralUntil = now + Self.startupGrace }
        if new.dials {
            link = .waiting(until: now)
        } else {
            link = .listening
            effects.append(.listen(port: peer.port, peer.fingerprint))
        }
    }

    /// Says goodbye and closes.
    mutating func dismiss(_ reason: PeerGoodbye.Reason, at now: MonotonicInstant) {
        abandonHandover(.noLink, at: now)
        switch link {
        case .none, .listening, .waiting: break
        case .dialing(let connection, _): effects.append(.close(connection))
        case .open(let connection, var session):
            session.sayGoodbye(reason)
            send(session.takeOutput(), on: connection)
            effects.append(.close(connection))
            link = settings?.dials == false ? .listening : .waiting(until: now)
        }
    }

    mutating func connected(_ connection: PeerConnection, at now: MonotonicInstant) {
        guard let settings, settings.peer != nil, stop != .done else {
            effects.append(.close(connection))
            return
        }
        switch (link, connection) {
        case (.dialing(let dialled, _), .dialled) where dialled == connection: break
        case (.listening, .accepted): break
        case (.open(let old, var session), .accepted) where !settings.dials:
            // The peer has started anew, and the old connection has not noticed yet.
            session.sayGoodbye(.superseded)
            send(session.takeOutput(), on: old)
            effects.append(.close(old))
            lost(.linkClosed, "replaced by a newer connection", at: now)
        case (.none, _), (.waiting, _), (.listening, _), (.dialing, _), (.open, _):
            effects.append(.close(connection))
            return
        }
        let hello = PeerHello(
            bootIdentifier: bootIdentifier,
            name: settings.directorName,
            programVersion: programVersion,
        )
        link = .open(connection, PeerSession(hello: hello, at: now))
    }

    mutating func closed(_ connection: PeerConnection, reason: String, at now: MonotonicInstant) {
        switch link {
        case .dialing(let current, _) where current == connection: lost(.linkClosed, reason, at: now)
        case .open(let current, _) where current == connection: lost(.linkClosed, reason, at: now)
        case .none, .listening, .waiting, .dialing, .open: break  // The core has closed it itself.
        }
    }

    mutating func received(_ bytes: [UInt8], on connection: PeerConnection, at now: MonotonicInstant) {
        guard case .open(let current, var session) = link, current == connection else { return }
        do throws(PeerViolation) {
            let events = try session.received(bytes[...], at: now)
            link = .open(connection, session)
            for event in events { take(event, at: now) }
        } catch {
            effects.append(.close(connection))
            lost(.linkViolation, "\(error)", at: now)
        }
    }

    /// Does what is due on the link.
    mutating func advanceLink(at now: MonotonicInstant) {
        guard let settings, let peer = settings.peer else { return }
        switch link {
        case .none, .listening: break
        case .waiting(let until):
            guard until <= now else { return }
            let connection = PeerConnection.dialled(nextConnection)
            nextConnection += 1
            link = .dialing(connection, until: now + Self.dialTimeout)
            let endpoint = Endpoint(address: peer.address, port: peer.port)
            effects.append(.dial(connection, endpoint, peer.fingerprint))
        case .dialing(let connection, let until):
            guard until <= now else { return }
            effects.append(.close(connection))
            lost(.linkClosed, "no connection within \(Self.dialTimeout)", at: now)
        case .open(let connection, var session):
            guard let deadline = session.deadline, deadline <= now else { return }
            do throws(PeerViolation) {
                let events = try session.tick(clock: clock(at: now), at: now)
                link = .open(connection, session)
                for event in events { take(event, at: now) }
            } catch {
                effects.append(.close(connection))
                lost(.linkViolation, "\(error)", at: now)
            }
        }
    }

    /// Hands the present state, opinions, orders and address findings to the session, which sends what is new.
    mutating func publish(at now: MonotonicInstant) {
        guard case .open(let connection, var session) = link else { return }
        session.publish(ownState(at: now))
        session.publish(opinions)
        session.publish(orders)
        session.publish(ownAddressFindings)
        link = .open(connection, session)
    }

    /// Sends what the session has to say.
    mutating func flush() {
        guard case .open(let connection, var session) = link else { return }
        let bytes = session.takeOutput()
        link = .open(connection, session)
        send(bytes, on: connection)
    }

    private mutating func send(_ bytes: [UInt8], on connection: PeerConnection) {
        guard !bytes.isEmpty else { return }
        effects.append(.send(connection, bytes))
    }

    private mutating func take(_ event: PeerSessionEvent, at now: MonotonicInstant) {
        let name = settings?.peer?.name ?? ""
        switch event {
        case .connected(let hello):
            attempts = 0
            goodbye = nil
            linkSince = now
            linkEvidence = hello.name == name ? "" : "it calls itself \(hello.name)"
            log(.peer(name), from: "", to: "connected", .peerConnected, "version \(hello.programVersion)", .notice)
        case .silent:
            linkSince = now
            log(.peer(name), from: "connected", to: "silent", .peerSilent, "", .warning)
        case .heard:
            linkSince = now
            log(.peer(name), from: "silent", to: "connected", .peerConnected, "", .notice)
        case .handover(let message): take(message, at: now)
        case .orders(let orders): effects.append(.orders(orders))
        case .goodbye(let goodbye):
            self.goodbye = goodbye.reason
            if case .open(let connection, _) = link { effects.append(.close(connection)) }
            lost(.linkClosed, "\(name) says goodbye: \(goodbye.reason)", at: now)
            // Who stops for good does not come back with the addresses.
            if goodbye.reason == .stopping { deferralUntil = now }
        case .stateChanged, .opinionsChanged, .addressFindingsChanged: break  // The session holds them.
        }
    }

    /// Forgets a connection that ended or never came to be.
    private mutating func lost(_ reason: Reason, _ evidence: String, at now: MonotonicInstant) {
        var wasOpen = false
        if case .open(_, let session) = link { wasOpen = session.peer != nil }
        if wasOpen {
            linkSince = now
            let level: StatusChange.Level = goodbye == nil ? .warning : .notice
            log(.peer(settings?.peer?.name ?? ""), from: "connected", to: "lost", reason, evidence, level)
        } else if evidence != linkEvidence {
            log(.peer(settings?.peer?.name ?? ""), from: "", to: "unreachable", reason, evidence, .info)
        }
        linkEvidence = evidence
        abandonHandover(.noLink, at: now)
        if settings?.dials == true {
            link = .waiting(until: now + Self.backoff(attempts: attempts))
            attempts += 1
        } else {
            link = .listening
        }
    }

    /// What the peer has to know of this director.
    private func ownState(at now: MonotonicInstant) -> PeerState {
        var configuration =
            settings?.configuration ?? ConfigurationSummary(generation: 0, changedAt: 0, digest: 0, sections: [])
        configuration.generation = generation
        configuration.changedAt = changedAt
        var routers: [PeerRouter] = []
        for router in (election?.routers ?? []).prefix(PeerLimits.routers) {
            let isMine = router.state == .active && released[router.name] == nil
            let chosen = isMine ? pinned : yielded
            routers.append(PeerRouter(router, isChosen: chosen.contains(router.name), at: now))
        }
        return PeerState(
            configuration: configuration,
            routers: routers,
            readiness: readiness,
            connectionSync: connectionSync,
            isStopping: stop != .running,
        )
    }
}

extension PeerRouter {
    fileprivate init(_ router: ElectionReport.Router, isChosen: Bool, at now: MonotonicInstant) {
        let state: State =
            switch router.state {
            case .initialize: .initialize
            case .backup: .backup
            case .active: .active
            }
        self.init(
            name: router.name,
            state: state,
            priority: router.priority,
            age: UInt64(max(0, (now - router.since).milliseconds)),
            isAnnounced: router.isAnnounced,
            isUsable: router.state != .initialize,
            isChosen: isChosen,
            addresses: router.addresses.prefix(PeerLimits.addresses).map(\.prefix.address),
        )
    }
}
