import AgentProtocol
import Health
import Primitives
import Testing

/// The precedence of design: operator, agent's negatives, own probes, agent's positives; stale is unknown.
@Suite struct `The merge` {
    static let agents: [AgentOpinion] = [
        .absent, .neverHeard, .stale, .staleNegative(.arpNotSilent), .undecided, .positive, .negative(.vipMissing),
    ]
    static let probes: [ProbeOpinion] = [.disabled, .unknown(.awaitingResults), .up, .down(.probeRefused)]
    static let paths: [ProbeOpinion] = [.disabled, .unknown(.probeCouldNotRun), .up, .down(.directRoutingBlackHole)]

    /// One row of the table: what each probe and path gives, written as `policy reason`.
    ///
    /// Rows are agents, columns are (probe, path) in the order of the two lists above: disabled/disabled,
    /// disabled/unknown, disabled/up, disabled/down, unknown/disabled, and so on.
    static let table: [(agent: AgentOpinion, cells: [String])] = [
        (
            .absent,
            [
                "serve unchecked", "keep probe-could-not-run", "serve passing", "zero direct-routing-black-hole",
                "keep awaiting-results", "keep awaiting-results", "keep awaiting-results",
                "zero direct-routing-black-hole",
                "serve passing", "keep probe-could-not-run", "serve passing", "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (
            .neverHeard,
            [
                "keep awaiting-agent", "keep probe-could-not-run", "serve agent-never-heard",
                "zero direct-routing-black-hole",
                "keep awaiting-results", "keep awaiting-results", "keep awaiting-results",
                "zero direct-routing-black-hole",
                "keep awaiting-agent", "keep probe-could-not-run", "serve agent-never-heard",
                "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (
            .stale,
            [
                "keep agent-stale", "keep probe-could-not-run", "serve agent-stale", "zero direct-routing-black-hole",
                "keep awaiting-results", "keep awaiting-results", "keep awaiting-results",
                "zero direct-routing-black-hole",
                "serve agent-stale", "keep probe-could-not-run", "serve agent-stale", "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (
            .staleNegative(.arpNotSilent),
            [
                "keep arp-not-silent", "keep arp-not-silent", "keep arp-not-silent", "zero direct-routing-black-hole",
                "keep arp-not-silent", "keep arp-not-silent", "keep arp-not-silent", "zero direct-routing-black-hole",
                "keep arp-not-silent", "keep arp-not-silent", "keep arp-not-silent", "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (
            .undecided,
            [
                "keep awaiting-results", "keep probe-could-not-run", "serve passing", "zero direct-routing-black-hole",
                "keep awaiting-results", "keep awaiting-results", "keep awaiting-results",
                "zero direct-routing-black-hole",
                "serve passing", "keep probe-could-not-run", "serve passing", "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (
            .positive,
            [
                "serve agent-confirms", "serve agent-confirms", "serve passing", "zero direct-routing-black-hole",
                "serve agent-confirms", "serve agent-confirms", "serve agent-confirms",
                "zero direct-routing-black-hole",
                "serve passing", "serve agent-confirms", "serve passing", "zero direct-routing-black-hole",
                "zero probe-refused", "zero probe-refused", "zero probe-refused", "zero probe-refused",
            ]
        ),
        (.negative(.vipMissing), Array(repeating: "zero vip-missing", count: 16)),
    ]

    static func cell(_ decision: HealthDecision) -> String { "\(decision.weightPolicy) \(decision.reason)" }

    @Test func `decides every combination as the table says`() throws {
        #expect(Self.table.map(\.agent) == Self.agents)
        for (agent, cells) in Self.table {
            try #require(cells.count == Self.probes.count * Self.paths.count)
            for (row, probe) in Self.probes.enumerated() {
                for (column, path) in Self.paths.enumerated() {
                    let decision = merge(operator: .none, agent: agent, probe: probe, directPath: path)
                    let wanted = cells[row * Self.paths.count + column]
                    #expect(Self.cell(decision) == wanted, "agent \(agent), probe \(probe), path \(path)")
                }
            }
        }
    }

    @Test(arguments: MemberPast.allCases)
    func `a past makes the agent's word alone too little, and changes nothing else`(past: MemberPast) {
        for agent in Self.agents {
            for probe in Self.probes {
                for path in Self.paths {
                    let clean = merge(operator: .none, agent: agent, probe: probe, directPath: path)
                    let decision = merge(operator: .none, agent: agent, probe: probe, directPath: path, past: past)
                    let isUnknown = probe == Self.probes[1] || path == Self.paths[1]
                    let isAgentAlone = agent == .positive && isUnknown
                    let isAgentMissing = agent == .neverHeard && past == .outBefore
                    if past != .clean, clean.weightPolicy == .serve, isAgentAlone || isAgentMissing {
                        #expect(decision.weightPolicy == .keep && decision.decider == .nobody)
                    } else {
                        #expect(decision == clean)
                    }
                }
            }
        }
    }

    @Test func `obeys the operator before everything`() {
        for agent in Self.agents {
            for probe in Self.probes {
                for path in Self.paths {
                    let drain = merge(operator: .drain, agent: agent, probe: probe, directPath: path)
                    #expect(drain == HealthDecision(.zero, .operatorDrain, by: .operator))
                    let maintenance = merge(operator: .maintenance, agent: agent, probe: probe, directPath: path)
                    #expect(maintenance == HealthDecision(.zero, .operatorMaintenance, by: .operator))
                }
            }
        }
    }

    @Test func `never makes a stale agent a reason for weight 0`() {
        for probe in Self.probes {
            for path in Self.paths {
                let decision = merge(operator: .none, agent: .stale, probe: probe, directPath: path)
                #expect(decision.weightPolicy != .zero || decision.decider == .probe || decision.decider == .directPath)
            }
        }
    }

    @Test func `serves a node whose agent was never heard only after a success on the direct path`() {
        for probe in Self.probes {
            for path in Self.paths {
                let decision = merge(operator: .none, agent: .neverHeard, probe: probe, directPath: path)
                #expect(decision.weightPolicy != .serve || path == .up)
            }
        }
    }

    @Test func `names a reason for every fact that is wrong and for none that is right`() {
        let service = ServiceIdentity(
            protocol: .tcp,
            endpoint: Endpoint(address: .v4(IPv4Address(192, 0, 2, 1)), port: 80)
        )
        for kind in FactKind.allCases {
            let isState = kind == .draining || kind == .maintenance
            // These say how much it serves, not whether it may.
            let isMeasure = kind == .capacity || kind == .idle
            for verdict in FactVerdict.allCases {
                let reason = Reason(negative: Fact(kind, .service(service), verdict, evidence: ""))
                let isWrong = isState ? verdict == .holds : verdict == .violated && !isMeasure
                #expect((reason != nil) == isWrong, "\(kind) \(verdict)")
            }
        }
    }

    @Test func `keeps every reason's name distinct and printable`() {
        let names = Reason.allCases.map(\.rawValue)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { name in name.utf8.allSatisfy { (97...122).contains($0) || $0 == 45 } })
    }
}
