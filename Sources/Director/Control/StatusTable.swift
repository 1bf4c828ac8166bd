package import DirectorCore
internal import Health

/// A director's status as tables for a terminal: state, reason, age and evidence of everything.
package enum StatusTable {
    /// The whole status.
    package static func render(_ status: ClusterStatus) -> String {
        var sections = [[header(status)] + (status.troubles + status.addressFindings.map(finding)).map { "! \($0)" }]
        sections.append(routers(status.routers) + rejections(status))
        if let peer = status.peer { sections.append(PeerTable.lines(peer)) }
        sections.append(contentsOf: status.services.map(service))
        sections.append(realServers(status.realServers))
        sections.append(status.strayOrders.map(stray))
        sections.append(facts(status.realServers))
        sections.append(probes(status.probes))
        sections.append(dataplane(status.dataplane))
        return sections.filter { !$0.isEmpty }.map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
    }

    private static func finding(_ finding: AddressFindingStatus) -> String {
        "\(finding.reason): \(finding.evidence) (for \(age(finding.age)))"
    }

    /// An age in its two largest units: `12ms`, `3.4s`, `5m10s`, `2h03m`, `4d11h`.
    package static func age(_ milliseconds: Int64) -> String {
        func padded(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let seconds = milliseconds / 1000
        switch seconds {
        case ..<1: return "\(max(milliseconds, 0))ms"
        case ..<60: return "\(seconds).\(milliseconds % 1000 / 100)s"
        case ..<3600: return "\(seconds / 60)m\(padded(seconds % 60))s"
        case ..<86_400: return "\(seconds / 3600)h\(padded(seconds / 60 % 60))m"
        default: return "\(seconds / 86_400)d\(padded(seconds / 3600 % 24))h"
        }
    }

    private static func header(_ status: ClusterStatus) -> String {
        let generation = "configuration \(status.configurationGeneration) for \(age(status.configurationAge))"
        let stopping = status.isStopping ? ", stopping" : ""
        return "director \(status.director), \(status.version), \(generation)\(stopping)"
    }

    private static func routers(_ routers: [RouterStatus]) -> [String] {
        guard !routers.isEmpty else { return ["no word from the election yet"] }
        var table = TextTable(["ROUTER", "VRID", "INTERFACE", "PRIO", "STATE", "REASON", "AGE", "ACTIVE", "ADDRESSES"])
        for router in routers {
            let active = router.activeRouter.map { $0 + (router.activePriority.map { " (\($0))" } ?? "") }
            table.add([
                router.name, "\(router.virtualRouterIdentifier)",
                router.interface + (router.virtualMAC.map { " \($0)" } ?? ""), "\(router.priority)", router.state,
                router.reason, age(router.age), active ?? "-",
                router.addresses.map { "\($0.address) \($0.isHeld ? "held" : "not held")" }.joined(separator: ", "),
            ])
        }
        return table.lines + routers.flatMap { router in router.findings.map { "! \(router.name): \($0)" } }
    }

    /// What came and was not acted upon; that others elect on the same LAN is nothing to tell.
    private static func rejections(_ status: ClusterStatus) -> [String] {
        func text(_ counts: [String: UInt64]) -> String {
            let list = counts.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
            return "\(counts.values.reduce(0, +)) advertisement(s): \(list.joined(separator: ", "))"
        }
        let stray = status.election.rejected.filter { $0.key != "unknownVirtualRouter" }
        return status.routers.filter { !$0.counters.rejected.isEmpty }
            .map { "\($0.name) has rejected \(text($0.counters.rejected))" }
            + (stray.isEmpty ? [] : ["no router of this director has taken \(text(stray))"])
    }

    private static func service(_ service: ServiceStatus) -> [String] {
        let persistence = service.persistenceTimeout > 0 ? ", persistent for \(service.persistenceTimeout)s" : ""
        let applied =
            switch service.isApplied {
            case true?: "in the kernel"
            case false?: "NOT in the kernel"
            case nil: "kernel not looked at yet"
            }
        let title = "service \(service.name): \(service.protocol) \(service.endpoint), \(service.scheduler)"
        var table = TextTable([
            "  REAL SERVER", "ENDPOINT", "STATE", "WEIGHT", "CONNS", "REASON", "AGE", "EVIDENCE",
        ])
        for destination in service.destinations {
            table.add([
                "  " + destination.realServer + role(destination.role), destination.endpoint,
                destination.state.rawValue, weight(destination),
                destination.activeConnections.map { "\($0)+\(destination.inactiveConnections ?? 0)" } ?? "-",
                destination.reason.rawValue, age(destination.age), destination.evidence,
            ])
        }
        let why = "\(service.reason.rawValue): \(service.evidence)"
        let state = "\(service.state.rawValue) for \(age(service.age)) (\(why))"
        return ["\(title)\(persistence), \(applied)", "  \(state)"] + table.lines
    }

    private static func role(_ role: PoolRole) -> String {
        switch role {
        case .primary: ""
        case .backup: " (backup)"
        case .sorry: " (sorry)"
        }
    }

    /// The kernel's weight, and the one that is wanted where that is another.
    private static func weight(_ destination: DestinationStatus) -> String {
        let applied = destination.weightApplied.map(String.init) ?? "-"
        guard let wanted = destination.weightWanted, wanted != destination.weightApplied else { return applied }
        return "\(applied)->\(wanted)"
    }

    private static func realServers(_ servers: [RealServerStatus]) -> [String] {
        var table = TextTable([
            "REAL SERVER", "ADDRESS", "OPERATOR", "AGENT", "HEARD", "VERSION", "REASON", "AGE", "EVIDENCE",
        ])
        for server in servers {
            let agent = server.agent
            table.add([
                server.name, server.address, server.operatorOverride == .none ? "-" : server.operatorOverride.rawValue,
                agent.state.rawValue, agent.lastHeardAge.map(age) ?? "-", agent.version ?? "-", agent.reason.rawValue,
                age(agent.age), agent.evidence,
            ])
        }
        return table.isEmpty
            ? []
            : table.lines + servers.flatMap { server in server.orders.map { order(server.name, $0) } }
                + servers.flatMap(\.findings).map { "! \($0)" }
    }

    /// An operator's order in words: `! web1: drain of service http, by root 5m10s ago: kernel (ends in 54m50s)`.
    private static func order(_ realServer: String, _ order: OrderStatus) -> String {
        let service = order.service.map { " of service \($0)" } ?? ""
        let place = order.director.map { " on \($0)" } ?? ""
        let by = (order.by.isEmpty ? "" : " by \(order.by)") + place
        let reason = order.reason.isEmpty ? "" : ": \(order.reason)"
        let times = [
            order.expiresIn.map { "ends in \(age($0))" },
            order.cutOffIn.map { $0 > 0 ? "cuts off in \(age($0))" : "has cut off what was left" },
        ].compactMap(\.self)
        let ends = times.isEmpty ? "" : " (\(times.joined(separator: ", ")))"
        return "! \(realServer): \(order.action)\(service), ordered\(by) \(age(order.age)) ago\(reason)\(ends)"
    }

    private static func stray(_ stray: StrayOrder) -> String {
        order(stray.realServer, stray.order) + ", of nothing in this configuration"
    }

    /// What the agents say that an operator must know: everything that is not as it should be.
    private static func facts(_ servers: [RealServerStatus]) -> [String] {
        var table = TextTable(["REAL SERVER", "FACT", "OF", "VERDICT", "AGE", "EVIDENCE"])
        for server in servers {
            for fact in server.agent.facts where isNotable(fact) {
                table.add([server.name, fact.kind, fact.subject, fact.verdict, age(fact.age), fact.evidence])
            }
        }
        return table.isEmpty ? [] : table.lines
    }

    private static func isNotable(_ fact: AgentStatus.Fact) -> Bool {
        // These two are about something that holds only while the node is out of service.
        if fact.kind == "draining" || fact.kind == "maintenance" { return fact.verdict == "holds" }
        return fact.verdict != "holds"
    }

    private static func probes(_ probes: [ProbeStatus]) -> [String] {
        var table = TextTable(["PROBE", "STATE", "LAST", "TOOK", "RUNS", "FAILED", "REASON", "AGE", "EVIDENCE"])
        for probe in probes {
            let trip = probe.roundTripMicroseconds.map { "\($0 / 1000).\($0 % 1000 / 100)ms" }
            table.add([
                probe.target, probe.state.rawValue, probe.lastRunAge.map(age) ?? "-", trip ?? "-", "\(probe.runs)",
                "\(probe.failures)", probe.reason.rawValue, age(probe.age), probe.evidence,
            ])
        }
        return table.isEmpty ? [] : table.lines
    }

    private static func connectionSync(_ status: SyncStatus?) -> [String] {
        guard let status else { return [] }
        let state = status.isCaughtUp ? "caught up" : "NOT caught up"
        return ["connection sync: \(status.role) for \(age(status.age)), \(state) (\(status.reason))"]
            + status.findings.map { "! connection sync: \($0)" }
    }

    private static func dataplane(_ status: DataplaneStatus?) -> [String] {
        guard let status else { return ["kernel: not looked at yet"] }
        let state = status.isConverged ? "as it should be" : "NOT as it should be"
        let title = "kernel: \(state), looked at \(age(status.age)) ago, repaired \(status.repairs) times"
        return [title] + connectionSync(status.connectionSync) + (status.lookFailure.map { ["! \($0)"] } ?? [])
            + status.failures.map { "! refused: \($0)" } + status.findings.map { "! \($0)" }
    }
}
