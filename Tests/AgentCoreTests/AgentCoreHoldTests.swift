import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct `Holding the node back` {
    @Test func `a drain is told to the directors, survives the agent, and ends by resume`() throws {
        let bench = Bench()
        try bench.start()
        try bench.send(.holdRequested(.drain))
        #expect(bench.status.hold == .drain)
        #expect(bench.status.facts.contains { $0.kind == "draining" && $0.verdict == "holds" })
        #expect(bench.changes.contains(.held(.drain)))
        try bench.start()
        #expect(bench.status.hold == .drain)
        try bench.send(.holdRequested(.maintenance))
        #expect(bench.status.facts.contains { $0.kind == "maintenance" && $0.verdict == "holds" })
        #expect(!bench.status.facts.contains { $0.kind == "draining" })
        bench.boot = BootIdentifier(high: 9, low: 9)
        try bench.start()
        #expect(bench.status.hold == .maintenance)
        try bench.send(.holdRequested(.none))
        #expect(!bench.status.facts.contains { $0.kind == "maintenance" || $0.kind == "draining" })
        try bench.start()
        #expect(bench.status.hold == .none)
    }

    @Test func `a hold has been acted on when every connected director gives weight 0`() throws {
        let bench = Bench()
        try bench.start()
        try bench.send(.holdRequested(.drain))
        func outcome(isTimeUp: Bool = false) -> HoldProgress.Outcome? {
            HoldProgress(bench.status).outcome(of: .drain, isTimeUp: isTimeUp)
        }
        #expect(outcome() == nil)
        #expect(outcome(isTimeUp: true)?.missing == "lb1 is not connected, lb2 is not connected")
        #expect(outcome(isTimeUp: true)?.acted == false, "nobody knows of it")
        let first = try bench.connect(0)
        bench.sessions[first]?.show(View(entries: [.init(service: Bench.web, weight: 0, reason: "agent-drain")]))
        try bench.exchange(first)
        #expect(outcome() == nil)
        #expect(outcome(isTimeUp: true)?.acted == true, "who is off sends nothing")
        let second = try bench.connect(1)
        #expect(outcome() == nil, "it has just connected")
        #expect(outcome(isTimeUp: true)?.missing == "lb2 has not said yet what weight it gives")
        bench.sessions[second]?.show(View(entries: [.init(service: Bench.web, weight: 3, reason: "healthy")]))
        try bench.exchange(second)
        #expect(outcome() == nil)
        #expect(outcome(isTimeUp: true)?.missing == "lb2 gives \(Bench.web) weight 3 (healthy)")
        #expect(outcome(isTimeUp: true)?.acted == false)
        bench.sessions[second]?.show(View(entries: [.init(service: Bench.web, weight: 0, reason: "agent-drain")]))
        try bench.exchange(second)
        #expect(outcome()?.acted == true && outcome()?.missing == "")
        try bench.send(.holdRequested(.none))
        #expect(outcome()?.acted == false, "somebody has resumed meanwhile")
        #expect(HoldProgress(bench.status).outcome(of: .none, isTimeUp: false)?.acted == true)
    }

    @Test func `every phase has its answer to an agent check`() throws {
        let bench = Bench()
        #expect(bench.agentCheckAnswer == "\n")
        try bench.start()
        #expect(bench.agentCheckAnswer == "ready up 100%\n")
        try bench.send(.holdRequested(.drain))
        #expect(bench.agentCheckAnswer == "drain up 100%\n")
        try bench.send(.holdRequested(.maintenance))
        #expect(bench.agentCheckAnswer == "maint up 100%\n")
        try bench.send(.holdRequested(.none))
        #expect(bench.agentCheckAnswer == "ready up 100%\n")
        try bench.send(.releaseRequested(deadline: .zero))
        #expect(bench.agentCheckAnswer.hasPrefix("drain "))
    }

    @Test func `a hold that a restart would forget is no success`() throws {
        let bench = Bench()
        try bench.start()
        let connections = try [bench.connect(0), bench.connect(1)]
        for connection in connections {
            bench.sessions[connection]?.show(View(entries: []))
            try bench.exchange(connection)
        }
        try bench.send(.holdRequested(.maintenance))
        func outcome(isTimeUp: Bool) -> HoldProgress.Outcome? {
            HoldProgress(bench.status).outcome(of: .maintenance, isTimeUp: isTimeUp)
        }
        #expect(outcome(isTimeUp: false)?.acted == true)
        let save = try #require(bench.effects.last { if case .save = $0 { true } else { false } })
        try bench.send(.effectFailed(save, reason: "no space left on device"))
        #expect(outcome(isTimeUp: false) == nil, "it is tried again")
        #expect(outcome(isTimeUp: true)?.acted == false)
        #expect(outcome(isTimeUp: true)?.missing.contains("no space left on device") == true)
        try bench.send(.saved)
        #expect(outcome(isTimeUp: false)?.acted == true)
    }
}
