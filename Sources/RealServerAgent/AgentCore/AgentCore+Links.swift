import AgentProtocol
import Primitives

extension AgentCore {
    mutating func openLink(
        _ connection: UInt64,
        director: KeyFingerprint,
        remote: IPAddress,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        guard settings.directors.contains(where: { $0.fingerprint == director }) else {
            // The settings changed while it connected.
            turn.last.append(.close(connection: connection))
            return
        }
        for old in links where old.director == director {
            let reason = "superseded by a new connection"
            closeLink(old.connection, goodbye: .superseded, reason: reason, at: now, into: &turn)
        }
        statistics.linksOpened += 1
        let session = AgentLinkSession(
            bootIdentifier: identity.bootIdentifier,
            name: identity.name,
            programVersion: identity.programVersion,
            at: now,
        )
        links.append(
            DirectorLink(connection: connection, director: director, remote: remote, openedAt: now, session: session)
        )
        if saved.remotes.updateValue(remote, forKey: director) != remote { turn.savesLast = true }
        // The route to the new director belongs to the facts.
        turn.scope.formUnion(.routes)
    }

    mutating func receive(
        _ bytes: [UInt8],
        on connection: UInt64,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        guard let index = links.firstIndex(where: { $0.connection == connection }) else { return }
        do throws(ProtocolViolation) {
            for event in try links[index].session.received(bytes[...], at: now) {
                take(event, from: links[index].director, on: connection, at: now, into: &turn)
            }
        } catch {
            breakLink(connection, error, at: now, into: &turn)
        }
    }

    private mutating func take(
        _ event: AgentLinkEvent,
        from director: KeyFingerprint,
        on connection: UInt64,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        guard let index = links.firstIndex(where: { $0.connection == connection }) else { return }
        switch event {
        case .connected:
            turn.outbound.append(.log(.linkUp(director: name(of: director), remote: links[index].remote)))
            if case .draining(let release) = phase {
                links[index].session.requestDrain(
                    DrainRequest(identifier: release.identifier, deadline: max(release.until - now, .zero))
                )
            }
        case .desired(let state):
            desire(state, of: director, at: now, into: &turn)
        case .drainAcknowledged(let reply):
            guard case .draining(var release) = phase, reply.identifier == release.identifier else { return }
            release.acknowledged.insert(director)
            phase = .draining(release)
        case .viewed(let view):
            links[index].view = view
            links[index].viewedAt = now
        case .goodbye(let goodbye):
            forgetLink(connection, reason: "goodbye: \(goodbye.reason)", at: now, into: &turn)
            turn.last.append(.close(connection: connection))
        }
    }

    private mutating func desire(
        _ state: DesiredState,
        of director: KeyFingerprint,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        let index = saved.desires.firstIndex { $0.director == director }
        if let index, saved.desires[index].state == state { return }
        if let index {
            saved.desires[index].state = state
        } else {
            saved.desires.append(SavedState.Desire(director: director, state: state))
        }
        let order = settings.directors.map(\.fingerprint)
        saved.desires.sort {
            (order.firstIndex(of: $0.director) ?? order.count) < (order.firstIndex(of: $1.director) ?? order.count)
        }
        turn.outbound.append(
            .log(
                .desired(
                    director: name(of: director),
                    generation: state.generation,
                    addresses: state.addresses.count,
                    services: state.services.count,
                )
            )
        )
        demandChanged(at: now, into: &turn)
    }

    mutating func tickLinks(at now: MonotonicInstant, into turn: inout Turn) {
        for connection in links.map(\.connection) {
            guard let index = links.firstIndex(where: { $0.connection == connection }) else { continue }
            do throws(ProtocolViolation) {
                try links[index].session.tick(at: now)
            } catch {
                breakLink(connection, error, at: now, into: &turn)
            }
        }
    }

    private mutating func breakLink(
        _ connection: UInt64,
        _ violation: ProtocolViolation,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        statistics.violations += 1
        forgetLink(connection, reason: "\(violation)", at: now, into: &turn)
        turn.last.append(.close(connection: connection))
    }

    mutating func closeLink(
        _ connection: UInt64,
        goodbye: Goodbye.Reason,
        reason: String,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        guard let index = links.firstIndex(where: { $0.connection == connection }) else { return }
        links[index].session.sayGoodbye(goodbye)
        let bytes = links[index].session.takeOutput()
        if !bytes.isEmpty { turn.outbound.append(.send(connection: connection, bytes: bytes)) }
        forgetLink(connection, reason: reason, at: now, into: &turn)
        turn.last.append(.close(connection: connection))
    }

    mutating func forgetLink(
        _ connection: UInt64,
        reason: String,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        guard let index = links.firstIndex(where: { $0.connection == connection }) else { return }
        let link = links.remove(at: index)
        lostAt[link.director] = now
        turn.outbound.append(.log(.linkDown(director: name(of: link.director), reason: reason)))
    }

    /// Tells every director the facts and sends what its session has to say.
    mutating func flushLinks(at now: MonotonicInstant, into turn: inout Turn) {
        let current = facts.map(\.fact)
        for index in links.indices {
            // Before the first look there is nothing to report; an empty report would say that all is unknown.
            if host.addresses != nil { links[index].session.publish(current, capacity: capacity?.offered, at: now) }
            let bytes = links[index].session.takeOutput()
            guard !bytes.isEmpty else { continue }
            turn.outbound.append(.send(connection: links[index].connection, bytes: bytes))
        }
    }

    func name(of director: KeyFingerprint) -> String {
        settings.directors.first { $0.fingerprint == director }?.name ?? "\(director)"
    }
}
