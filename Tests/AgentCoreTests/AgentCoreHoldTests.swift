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
}
