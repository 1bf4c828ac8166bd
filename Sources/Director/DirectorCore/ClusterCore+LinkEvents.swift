import AgentProtocol
import Health
import Primitives

/// What the agents say.
extension ClusterCore {
    /// How long a stale link may live on before it is dialed anew: the node may have rebooted without a word.
    private static func patience(_ settings: ClusterSettings) -> Interval {
        max(settings.heartbeatInterval * 7, .seconds(1))
    }

    mutating func take(_ events: [DirectorLinkEvent], from name: String, at now: MonotonicInstant) {
        for event in events {
            guard var link = links[name], case .open(let identifier, let session, let hasReported, _) = link.phase
            else { return }
            switch event {
            case .connected(let hello, let rebooted):
                link.hello = hello
                link.attempts = 0
                if rebooted {
                    // What was true before the boot says nothing about now.
                    (link.facts, link.capacity) = ([], nil)
                    isUndecided = true
                    let state = link.state.rawValue
                    logs.append(
                        StatusChange(
                            .agent(realServer: name),
                            from: state,
                            to: state,
                            .agentRebooted,
                            evidence: hello.name
                        )
                    )
                }
                links[name] = link
            case .reported:
                link.phase = .open(identifier, session, hasReported: true, abandonAt: nil)
                let idleBefore = link.idleServices
                link.take(session.facts, capacity: session.capacity)
                if link.idleServices != idleBefore { areOpinionsOutdated = true }
                (link.lastHeard, link.staleAt) = (session.lastHeard, nil)
                followDrain(&link)
                links[name] = link
                isUndecided = true
                becomeConnected(name, at: now)
            case .stale:
                let abandonAt = settings.map { now + Self.patience($0) }
                link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
                links[name] = link
                if hasReported { becomeStale(name, at: now) }
            case .heard:
                link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: nil)
                links[name] = link
                // The stream lost nothing: a heartbeat means that the last report still holds.
                if hasReported { becomeConnected(name, at: now) }
            case .drainRequested(let request):
                link.drain = AgentLink.Drain(
                    request: request,
                    since: now,
                    isReported: false,
                    isOfThisConnection: true,
                )
                followDrain(&link)
                links[name] = link
                isUndecided = true
            case .goodbye(let goodbye):
                closes.append(identifier)
                drop(name, .linkClosed, evidence: "goodbye: \(goodbye.reason)", at: now)
            }
        }
    }

    /// Ends a drain when the node says that it is over: the fact went away, or a new connection has none.
    private func followDrain(_ link: inout AgentLink) {
        guard var drain = link.drain else { return }
        let isDraining = link.facts.contains { $0.fact.kind == .draining && $0.fact.verdict == .holds }
        if isDraining {
            drain.isReported = true
            link.drain = drain
        } else if drain.isReported || !drain.isOfThisConnection {
            link.drain = nil
        }
    }

    private mutating func becomeConnected(_ name: String, at now: MonotonicInstant) {
        guard var link = links[name], link.state != .connected else { return }
        let evidence = link.hello.map { "\($0.name) \($0.programVersion)" } ?? ""
        logs.append(
            StatusChange(
                .agent(realServer: name),
                from: link.state.rawValue,
                to: AgentStatus.State.connected.rawValue,
                .agentConnected,
                evidence: evidence,
            )
        )
        (link.state, link.reason, link.evidence, link.since) = (.connected, .agentConnected, evidence, now)
        links[name] = link
        isUndecided = true
    }

    mutating func becomeStale(_ name: String, at now: MonotonicInstant) {
        guard var link = links[name], link.state == .connected else { return }
        let silence = link.lastHeard.map { "nothing heard for \(now - $0)" } ?? "nothing heard"
        let evidence = link.connection == nil && !link.evidence.isEmpty ? "\(silence), \(link.evidence)" : silence
        logs.append(
            StatusChange(
                .agent(realServer: name),
                from: link.state.rawValue,
                to: AgentStatus.State.stale.rawValue,
                .agentStale,
                evidence: evidence,
                level: .warning,
            )
        )
        (link.state, link.reason, link.evidence, link.since) = (.stale, .agentStale, evidence, now)
        links[name] = link
        isUndecided = true
    }
}
