import AgentProtocol
import Health
import Primitives

/// The links to the agents.
extension ClusterCore {
    /// How long the shell may take to connect.
    private static var dialTimeout: Interval { .seconds(5) }

    private static func endpoint(_ server: RealServerSettings, _ agent: RealServerSettings.Agent) -> Endpoint {
        Endpoint(address: server.address, port: agent.port)
    }

    mutating func replaceLinks(from old: ClusterSettings?, to new: ClusterSettings, at now: MonotonicInstant) {
        var kept: [String: AgentLink] = [:]
        for server in new.realServers {
            guard let agent = server.agent else { continue }
            let endpoint = Self.endpoint(server, agent)
            if let link = links[server.name], link.endpoint == endpoint, link.fingerprint == agent.fingerprint {
                kept[server.name] = link
            } else {
                dismiss(server.name)
                kept[server.name] = AgentLink(endpoint: endpoint, fingerprint: agent.fingerprint, at: now)
            }
        }
        for server in old?.realServers ?? [] where kept[server.name] == nil { dismiss(server.name) }
        links = kept
        // The interval and the name are agreed on by the Hello, so a change of either takes a new connection.
        guard let old, old.heartbeatInterval != new.heartbeatInterval || old.directorName != new.directorName else {
            return
        }
        for server in new.realServers {
            guard let connection = links[server.name]?.connection else { continue }
            closes.append(connection)
            drop(server.name, .configurationReplaced, evidence: "", at: now)
            links[server.name]?.phase = .waiting(until: now)
        }
    }

    /// Says goodbye to an agent that is no longer configured.
    private mutating func dismiss(_ name: String) {
        guard let link = links[name], let connection = link.connection else { return }
        if case .open(_, var session, _, _) = link.phase {
            session.sayGoodbye(.dismissed)
            send(connection, session.takeOutput())
        }
        closes.append(connection)
        connections[connection] = nil
        links[name] = nil
    }

    mutating func stop() {
        guard !isStopping else { return }
        isStopping = true
        for server in settings?.realServers ?? [] {
            guard var link = links[server.name], let connection = link.connection else { continue }
            if case .open(_, var session, _, _) = link.phase {
                session.sayGoodbye(.stopping)
                send(connection, session.takeOutput())
            }
            closes.append(connection)
            connections[connection] = nil
            link.phase = .waiting(until: MonotonicInstant(nanoseconds: .max))
            links[server.name] = link
        }
    }

    mutating func agentConnected(_ identifier: ConnectionIdentifier, at now: MonotonicInstant) {
        guard let settings, let name = connections[identifier], var link = links[name],
            case .dialing = link.phase
        else { return }  // Given up in the meantime; the close is on its way.
        let hello = Hello(
            bootIdentifier: bootIdentifier,
            name: settings.directorName,
            programVersion: programVersion,
            heartbeatInterval: settings.heartbeatInterval,
        )
        let session = DirectorLinkSession(hello: hello, previousBoot: link.hello?.bootIdentifier, at: now)
        link.phase = .open(identifier, session, hasReported: false, abandonAt: nil)
        links[name] = link
        isUninformed = true
    }

    mutating func agentBytes(_ identifier: ConnectionIdentifier, _ bytes: [UInt8], at now: MonotonicInstant) {
        guard let name = connections[identifier], var link = links[name],
            case .open(_, var session, let hasReported, let abandonAt) = link.phase
        else { return }
        do throws(ProtocolViolation) {
            let events = try session.received(bytes[...], at: now)
            link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
            if hasReported { link.lastHeard = session.lastHeard }
            links[name] = link
            take(events, from: name, at: now)
        } catch {
            closes.append(identifier)
            drop(name, .linkViolation, evidence: "\(error)", at: now)
        }
    }

    /// Does what is due on a link.
    mutating func advanceLink(_ name: String, at now: MonotonicInstant) {
        guard var link = links[name], let due = link.deadline, due <= now else { return }
        switch link.phase {
        case .waiting(let until):
            if until <= now { dial(name, &link, at: now) }
            links[name] = link
        case .dialing(let identifier, let until):
            if until <= now {
                closes.append(identifier)
                drop(name, .linkClosed, evidence: "no connection within \(Self.dialTimeout)", at: now)
            }
        case .open(let identifier, var session, let hasReported, let abandonAt):
            do throws(ProtocolViolation) {
                let events = try session.tick(at: now)
                link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
                links[name] = link
                take(events, from: name, at: now)
            } catch {
                closes.append(identifier)
                drop(name, .linkViolation, evidence: "\(error)", at: now)
                break
            }
            if let abandonAt, abandonAt <= now {
                closes.append(identifier)
                drop(name, .agentStale, evidence: "silent for too long", at: now)
            }
        }
        expire(name, at: now)
    }

    private mutating func dial(_ name: String, _ link: inout AgentLink, at now: MonotonicInstant) {
        let identifier = ConnectionIdentifier(rawValue: nextConnection)
        nextConnection += 1
        connections[identifier] = name
        link.phase = .dialing(identifier, until: now + Self.dialTimeout)
        dials.append(.dial(identifier, realServer: name, link.endpoint, link.fingerprint))
    }

    /// Lets facts and drains of a connection that is gone run out.
    private mutating func expire(_ name: String, at now: MonotonicInstant) {
        guard let link = links[name] else { return }
        if let staleAt = link.staleAt, staleAt <= now {
            links[name]?.staleAt = nil
            becomeStale(name, at: now)
        }
        if let expiry = link.drainExpiry, expiry <= now {
            links[name]?.drain = nil
            isUndecided = true
        }
    }

    /// Forgets a connection that ended; what it brought stays until it is stale.
    mutating func drop(_ name: String, _ reason: Reason, evidence: String, at now: MonotonicInstant) {
        guard let settings, var link = links[name], let identifier = link.connection else { return }
        connections[identifier] = nil
        link.drain?.isOfThisConnection = false
        if link.state == .connected, link.staleAt == nil {
            link.staleAt = (link.lastHeard ?? now) + settings.heartbeatInterval * Limits.missedHeartbeats
        }
        let wait = AgentLink.backoff(attempts: link.attempts, with: &generator)
        link.attempts += 1
        link.phase = .waiting(until: now + wait)
        let isNews = link.state != .connected && (link.reason != reason || link.evidence != evidence)
        if link.state != .connected { link.reason = reason }
        link.evidence = evidence
        links[name] = link
        guard isNews || reason == .linkViolation else { return }
        let state = link.state.rawValue
        logs.append(
            StatusChange(
                .agent(realServer: name),
                from: state,
                to: state,
                reason,
                evidence: evidence,
                level: .warning
            )
        )
    }

    private mutating func send(_ identifier: ConnectionIdentifier, _ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return }
        sends.append(.sendAgentBytes(identifier, bytes))
    }

    /// Takes what the sessions want to send.
    mutating func collectOutput() {
        guard let settings else { return }
        for server in settings.realServers {
            guard var link = links[server.name],
                case .open(let identifier, var session, let hasReported, let abandonAt) = link.phase
            else { continue }
            let bytes = session.takeOutput()
            guard !bytes.isEmpty else { continue }
            link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
            links[server.name] = link
            send(identifier, bytes)
        }
    }
}
