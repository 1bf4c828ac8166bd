import AgentProtocol
import Primitives

extension AgentCore {
    /// Finds out anew what is true of the node and tells the journal what changed.
    mutating func updateFacts(at now: MonotonicInstant, into turn: inout Turn) {
        var current = nodeFacts()
        for address in demand.addresses { current += facts(of: address) }
        for address in demand.refused {
            current.append(Fact(.vipBound, .address(address), .violated, evidence: "refused: not in allowed_addresses"))
        }
        for service in demand.services { current += facts(of: service) }
        // The last to be told where a node has all that a report can hold.
        current += demand.services.compactMap { idle($0) }.prefix(Limits.facts - current.count)
        precondition(current.count <= Limits.facts)
        let before = Dictionary(facts.map { ($0.fact.identity, $0) }) { first, _ in first }
        facts = current.sorted { $0.identity < $1.identity }.map { fact in
            let old = before[fact.identity]
            guard old?.fact.verdict != fact.verdict else {
                return RecordedFact(fact: fact, since: old?.since ?? now)
            }
            // What just came to stand or to listen is tried at once.
            if fact.verdict == .holds, fact.kind == .vipBound || fact.kind == .listenerPresent {
                checks.hurry(fact.subject, at: now)
            }
            // At the start everything is unknown for a moment, which is no news.
            if old != nil || fact.verdict != .unknown {
                turn.outbound.append(.log(.fact(fact, before: old?.fact.verdict)))
            }
            return RecordedFact(fact: fact, since: now)
        }
    }

    private func nodeFacts() -> [Fact] {
        var facts = [arpFact(.arpSilent, .arpIgnore), arpFact(.arpAnnounce, .arpAnnounce), reversePath(), onLink()]
        switch phase {
        case .draining(let release):
            let evidence = "release asked for, deadline \(release.deadline)"
            facts.append(Fact(.draining, .node, .holds, evidence: evidence))
        case .removing, .released:
            facts.append(Fact(.draining, .node, .holds, evidence: "released"))
        case .starting, .running, .stopped:
            if saved.hold == .drain { facts.append(Fact(.draining, .node, .holds, evidence: "held by the operator")) }
        }
        if let capacityFact { facts.append(capacityFact) }
        if saved.hold == .maintenance {
            facts.append(Fact(.maintenance, .node, .holds, evidence: "held by the operator"))
        }
        return facts
    }

    /// The effective setting of every interface, which is the larger of its own and that of `all`.
    private func arpFact(_ kind: FactKind, _ name: SysctlKey.Name) -> Fact {
        guard let sysctls = host.sysctls else { return Fact(kind, .node, .unknown, evidence: "not read") }
        let all = sysctls[SysctlKey(interface: "all", name: name)] ?? 0
        let wrong = sysctls.filter { key, value in
            key.name == name && key.interface != "all" && !name.isSilent(max(value, all))
        }
        guard let (key, value) = wrong.min(by: { $0.key < $1.key }) else {
            return Fact(kind, .node, .holds, evidence: "all.\(name.rawValue)=\(all)")
        }
        let failure = failures[.sysctl(key)] ?? failures[.sysctl(.init(interface: "all", name: name))]
        let evidence = "\(name.rawValue): all=\(all), \(key.interface)=\(value)" + (failure.map { "; \($0)" } ?? "")
        return Fact(kind, .node, .violated, evidence: evidence)
    }

    /// Replies to clients beyond the LAN must not leave through a director, which drops packets from its own address.
    ///
    /// Nor through one that is away, and forwards nothing at all: its address counts for as long as it is configured.
    private func reversePath() -> Fact {
        let outward = (host.routes ?? []).filter { $0.destination == nil }
        guard let first = outward.first else {
            let evidence = host.routes == nil ? "not looked at" : "no default route"
            return Fact(.reversePathOK, .node, .unknown, evidence: evidence)
        }
        let directors = Set(saved.remotes.values).union(demand.addresses)
        if let bad = outward.first(where: { route in route.gateway.map { directors.contains($0) } ?? false }) {
            let evidence = "default via \(text(bad.gateway)) dev \(bad.interface), which is a director"
            return Fact(.reversePathOK, .node, .violated, evidence: evidence)
        }
        let evidence = "default via \(text(first.gateway)) dev \(first.interface)"
        return Fact(.reversePathOK, .node, .holds, evidence: evidence)
    }

    /// Direct routing rewrites nothing but the MAC address, so no router may be between the directors and the node.
    ///
    /// Of a director that is away it is not asked: where it once came from says nothing about the path from the other,
    /// which would lose the node by it for as long as the first one is away.
    private func onLink() -> Fact {
        let remotes = Set(links.map(\.remote)).sorted()
        let routes = (host.routes ?? []).filter { route in route.destination.map { remotes.contains($0) } ?? false }
        if let bad = routes.first(where: { $0.gateway != nil }) {
            let evidence = "\(text(bad.destination)) via \(text(bad.gateway)) dev \(bad.interface)"
            return Fact(.realAddressOnLink, .node, .violated, evidence: evidence)
        }
        guard let first = routes.first else {
            let evidence = remotes.isEmpty ? "no director connected" : "not looked at"
            return Fact(.realAddressOnLink, .node, .unknown, evidence: evidence)
        }
        return Fact(.realAddressOnLink, .node, .holds, evidence: "\(text(first.destination)) dev \(first.interface)")
    }

    private func text(_ address: IPAddress?) -> String { address.map { "\($0)" } ?? "none" }

    private func facts(of address: IPAddress) -> [Fact] {
        let subject = FactSubject.address(address)
        guard let addresses = host.addresses else {
            return [.vipBound, .prefixExact].map { Fact($0, subject, .unknown, evidence: "not looked at") }
        }
        let standing = addresses.held.filter { $0.prefix.address == address }
        var facts: [Fact] = []
        let failure = failures[.address(address)].map { "; \($0)" } ?? ""
        let exact = standing.first { $0.isLoopback && $0.prefix.isHost }
        if let exact {
            let isDelivered = addresses.delivered.contains(address)
            let evidence =
                if !addresses.loopbackIsUp { "lo is down" } else if !isDelivered {
                    "no local route"
                } else { "\(exact.prefix) on lo\(exact.isOurs ? "" : ", not added by tandem")" }
            let holds = isDelivered && addresses.loopbackIsUp
            facts.append(Fact(.vipBound, subject, holds ? .holds : .violated, evidence: evidence))
        } else {
            let withheld = address.family == .ipv4 && host.sysctls != nil && !isSilent ? "; waits for silent ARP" : ""
            facts.append(Fact(.vipBound, subject, .violated, evidence: "not on lo\(failure)\(withheld)"))
        }
        if let wide = standing.first(where: { $0.isLoopback && !$0.prefix.isHost }) {
            let evidence = "\(wide.prefix) on lo\(failure)"
            facts.append(Fact(.prefixExact, subject, .violated, evidence: evidence))
        } else {
            let verdict: FactVerdict = exact == nil ? .unknown : .holds
            let evidence = exact.map { "\($0.prefix)" } ?? "not on lo"
            facts.append(Fact(.prefixExact, subject, verdict, evidence: evidence))
        }
        if let exposed = standing.first(where: { !$0.isLoopback }) {
            // No sysctl keeps an interface from answering for an address of its own.
            let evidence = "\(exposed.prefix) on \(exposed.interface), which answers for it"
            facts.append(Fact(.arpSilent, subject, .violated, evidence: evidence))
        }
        return facts
    }

    private func facts(of service: ServiceIdentity) -> [Fact] {
        let subject = FactSubject.service(service)
        if let drain = drain(of: service) {
            // It is about to stop, or has stopped: what listens says nothing any more.
            return [Fact(.draining, subject, .holds, evidence: "\(drain.unit) stops or has stopped")]
        }
        guard service.protocol == .tcp else {
            let listener = Fact(.listenerPresent, subject, .unknown, evidence: "\(service.protocol) is not watched")
            return [listener, localProbe(of: service, subject)]
        }
        return [listener(of: service, subject), hangingProbe(of: service) ?? localProbe(of: service, subject)]
    }

    private func listener(of service: ServiceIdentity, _ subject: FactSubject) -> Fact {
        guard let listeners = host.listeners else {
            return Fact(.listenerPresent, subject, .unknown, evidence: "not looked at")
        }
        let found = listeners.filter { listener in
            guard listener.port == service.endpoint.port else { return false }
            if listener.address == service.endpoint.address { return true }
            let isWildcard = listener.address.bytes.allSatisfy { $0 == 0 }
            return isWildcard && listener.address.family == service.endpoint.address.family
        }
        guard let first = found.min() else {
            let others = listeners.filter { $0.port == service.endpoint.port }.sorted().prefix(3)
            let evidence =
                others.isEmpty
                ? "nobody listens on port \(service.endpoint.port)"
                : "only on \(others.map(\.description).joined(separator: ", "))"
            return Fact(.listenerPresent, subject, .violated, evidence: evidence)
        }
        return Fact(.listenerPresent, subject, .holds, evidence: "on \(first)")
    }

    private func localProbe(of service: ServiceIdentity, _ subject: FactSubject) -> Fact {
        guard isBound(service.endpoint.address) else {
            return Fact(.localProbe, subject, .unknown, evidence: "address not on lo")
        }
        guard let judgement = checks.judge(service) else {
            return Fact(.localProbe, subject, .unknown, evidence: "\(service.protocol) is not watched")
        }
        return Fact(.localProbe, subject, judgement.verdict, evidence: judgement.evidence)
    }
}
