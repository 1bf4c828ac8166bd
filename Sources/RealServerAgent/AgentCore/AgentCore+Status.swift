import AgentProtocol
package import Primitives

extension AgentCore {
    /// What an operator may want to know.
    package func status(at now: MonotonicInstant) -> AgentStatus {
        AgentStatus(
            name: identity.name,
            programVersion: identity.programVersion,
            bootIdentifier: "\(identity.bootIdentifier)",
            phase: phaseName,
            phaseAge: (now - phaseSince).milliseconds,
            hold: saved.hold,
            runningFor: (now - startedAt).milliseconds,
            isListening: isListening,
            addresses: addressStatus(),
            services: demand.services.map(\.description),
            facts: facts.map { record in
                AgentStatus.Fact(
                    kind: "\(record.fact.kind)",
                    subject: "\(record.fact.subject)",
                    verdict: "\(record.fact.verdict)",
                    evidence: record.fact.evidence,
                    age: (now - record.since).milliseconds,
                )
            },
            directors: settings.directors.map { directorStatus($0, at: now) },
            failures: failures.sorted { $0.key < $1.key }.map {
                AgentStatus.Failure(subject: "\($0.key)", reason: $0.value)
            },
            statistics: statistics,
        )
    }

    /// The state in one line, for the service manager.
    package var summary: String {
        let held = demand.addresses.filter { isBound($0) }.count
        let connected = links.filter(\.session.isConnected).count
        let wrong = facts.map(\.fact).filter { $0.verdict == .violated }
        let trouble = wrong.first.map { "; \($0)" } ?? ""
        let hold = saved.hold == .none ? "" : ", held back for \(saved.hold.rawValue)"
        return "\(phaseName)\(hold): \(held) of \(demand.addresses.count) addresses held, "
            + "\(connected) of \(settings.directors.count) directors connected\(trouble)"
    }

    private var phaseName: String {
        switch phase {
        case .starting: "starting"
        case .running: "running"
        case .draining: "draining"
        case .removing: "removing"
        case .released: "released"
        case .stopped: "stopped"
        }
    }

    private func addressStatus() -> [AgentStatus.Address] {
        let ours = loopback.filter(\.isOurs).map(\.prefix.address)
        let everything = Set(demand.addresses + demand.refused + ours).sorted()
        return everything.map { address in
            var wantedBy = settings.directors.filter { director in
                saved.desires.contains { $0.director == director.fingerprint && $0.state.addresses.contains(address) }
            }.map(\.name)
            if settings.pinnedAddresses.contains(address) { wantedBy.insert("agent.yaml", at: 0) }
            let (state, reason) = addressState(address)
            return AgentStatus.Address(
                address: "\(address)",
                state: state,
                reason: reason,
                wantedBy: wantedBy,
                isOurs: ours.contains(address),
            )
        }
    }

    private func addressState(_ address: IPAddress) -> (String, String) {
        if demand.refused.contains(address) { return ("refused", "not in allowed_addresses") }
        guard demand.addresses.contains(address) else {
            return demand.isWithdrawn(address, settings: settings)
                ? ("withdrawing", "waits for its connections to end")
                : ("held", "kept until every configured director has withdrawn it")
        }
        if isBound(address) { return ("held", "on lo") }
        return ("missing", failures[.address(address)] ?? (phase.holdsAddresses ? "being added" : "released"))
    }

    private func directorStatus(_ director: AgentSettings.Director, at now: MonotonicInstant) -> AgentStatus.Director {
        let link = links.first { $0.director == director.fingerprint }
        let desire = saved.desires.first { $0.director == director.fingerprint }
        return AgentStatus.Director(
            name: director.name,
            fingerprint: "\(director.fingerprint)",
            isConnected: link?.session.isConnected ?? false,
            remote: link.map { "\($0.remote)" },
            programVersion: link?.session.director?.programVersion,
            connectedFor: link.map { (now - $0.openedAt).milliseconds },
            lastHeardAge: link.map { (now - $0.session.lastHeard).milliseconds },
            heartbeatInterval: link?.session.director?.heartbeatInterval.milliseconds,
            generation: desire?.state.generation,
            view: (link?.view?.entries ?? []).map {
                AgentStatus.Weight(service: "\($0.service)", weight: $0.weight, reason: $0.reason)
            },
            viewAge: link?.viewedAt.map { (now - $0).milliseconds },
        )
    }
}
