import AgentProtocol
import Health
import Primitives
import Testing

/// Health, administrative state and the other director's word: every combination, from the merge's table and four rules.
@Suite struct `A real server's standing` {
    static let agents =
        `The merge`.agents + [
            .negative(.agentMaintenance), .negative(.agentDraining), .staleNegative(.agentMaintenance),
        ]
    static let states = Verdict.State.allCases

    /// Runs a body for every combination but the peer's word.
    static func forEach(_ body: (OperatorOverride, AgentOpinion, ProbeOpinion, ProbeOpinion) -> Void) {
        for override in OperatorOverride.allCases {
            for agent in agents {
                for probe in `The merge`.probes {
                    for path in `The merge`.paths { body(override, agent, probe, path) }
                }
            }
        }
    }

    @Test func `has an administrative state that depends on the operator and the agent alone`() {
        Self.forEach { override, agent, probe, path in
            for peer in Self.states {
                let standing = assess(operator: override, agent: agent, probe: probe, directPath: path, peer: peer)
                let expected: AdministrativeState =
                    switch (override, agent) {
                    case (.maintenance, _): .maintenance
                    case (.drain, _): .draining
                    case (.none, .negative(.agentMaintenance)): .maintenance
                    case (.none, .negative(.agentDraining)): .draining
                    case (.none, _): .inService
                    }
                #expect(standing.administrative == expected, "\(override) \(agent)")
                if expected != .inService { #expect(standing.decision.weightPolicy == .zero) }
            }
        }
    }

    @Test func `has a health that does not depend on the operator`() {
        Self.forEach { override, agent, probe, path in
            for peer in Self.states {
                let standing = assess(operator: override, agent: agent, probe: probe, directPath: path, peer: peer)
                let free = assess(operator: .none, agent: agent, probe: probe, directPath: path, peer: peer)
                #expect(standing.health == free.health)
                #expect(standing.healthReason == free.healthReason)
            }
        }
    }

    @Test func `has the health that probes give while its agent only wants it left alone`() {
        for order: Reason in [.agentMaintenance, .agentDraining] {
            for probe in `The merge`.probes {
                for path in `The merge`.paths {
                    let standing = assess(operator: .none, agent: .negative(order), probe: probe, directPath: path)
                    let free = assess(operator: .none, agent: .undecided, probe: probe, directPath: path)
                    #expect(standing.health == free.health)
                    #expect(standing.healthReason == free.healthReason)
                    #expect(standing.decision == HealthDecision(.zero, order, by: .agent))
                }
            }
        }
    }

    @Test func `is decided by health where nobody overrules it`() {
        Self.forEach { override, agent, probe, path in
            for peer in Self.states {
                let standing = assess(operator: override, agent: agent, probe: probe, directPath: path, peer: peer)
                guard standing.administrative == .inService else { continue }
                let expected: Verdict.State =
                    switch standing.decision.weightPolicy {
                    case .serve: .up
                    case .zero: .down
                    case .keep: .unknown
                    }
                #expect(standing.health == expected)
                #expect(standing.healthReason == standing.decision.reason)
            }
        }
    }

    @Test func `hears the other director last, and only its good word changes a weight`() {
        Self.forEach { override, agent, probe, path in
            let alone = merge(operator: override, agent: agent, probe: probe, directPath: path)
            let praised = merge(operator: override, agent: agent, probe: probe, directPath: path, peer: .up)
            let blamed = merge(operator: override, agent: agent, probe: probe, directPath: path, peer: .down)
            if alone.decider == .nobody {
                #expect(alone.weightPolicy == .keep)
                #expect(praised == HealthDecision(.serve, .peerConfirms, by: .peer))
                #expect(blamed == HealthDecision(.keep, .peerSeesDown, by: .peer))
            } else {
                #expect(praised == alone)
                #expect(blamed == alone)
            }
        }
    }

    @Test func `names all that is wrong with it, in the order in which it decides`() {
        Self.forEach { override, agent, probe, path in
            var wrong: [Reason] = []
            if case .negative(let reason) = agent, reason != .agentMaintenance, reason != .agentDraining {
                wrong.append(reason)
            }
            if case .down(let reason) = probe { wrong.append(reason) }
            if case .down(let reason) = path { wrong.append(reason) }
            if case .staleNegative(let reason) = agent { wrong.append(reason) }
            let standing = assess(operator: override, agent: agent, probe: probe, directPath: path)
            #expect(standing.furtherReasons == Array(wrong.dropFirst()), "\(agent), \(probe), \(path)")
            if let first = wrong.first { #expect(standing.healthReason == first) }
            #expect(standing.forbidsFailingOpen == wrong.contains(where: \.forbidsFailingOpen))
        }
        let twice = assess(operator: .none, agent: .stale, probe: .down(.unreachable), directPath: .down(.unreachable))
        #expect(twice.furtherReasons.isEmpty, "one reason is named once")
    }

    @Test func `fails open for none that is wrong for certain, and for every agent's fact but one`() {
        for kind in FactKind.allCases {
            for verdict in FactVerdict.allCases {
                guard let reason = Reason(negative: Fact(kind, .node, verdict, evidence: "")) else { continue }
                // A check of the agent's may be wrong like any other.
                #expect(reason.forbidsFailingOpen == (reason != .localProbeFailed), "\(reason)")
            }
        }
        let certain = Reason.allCases.filter(\.forbidsFailingOpen)
        #expect(certain.count == 14)
        #expect(!Reason.probeTimedOut.forbidsFailingOpen)
        #expect(Reason.directRoutingBlackHole.forbidsFailingOpen)
    }
}
