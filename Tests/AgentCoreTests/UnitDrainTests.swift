import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct `Units that are about to stop` {
    private static let secure = ServiceIdentity(
        protocol: .tcp,
        endpoint: Endpoint(address: Bench.vip, port: 443)
    )

    /// An agent with two services of one director, which gives both weight 1.
    private func serving() throws -> (Bench, UInt64) {
        let bench = Bench()
        bench.host.listeners = [Bench.web.endpoint, Self.secure.endpoint]
        try bench.start()
        let connection = try bench.connect(0)
        let state = DesiredState(generation: 1, addresses: [Bench.vip], services: [Bench.web, Self.secure])
        bench.sessions[connection]?.desire(state)
        try bench.exchange(connection)
        try view(bench, connection, 1)
        try bench.advance(.seconds(2))
        return (bench, connection)
    }

    private func view(_ bench: Bench, _ connection: UInt64, _ weight: UInt32, secure: UInt32 = 1) throws {
        bench.sessions[connection]?.show(
            View(entries: [
                View.Entry(service: Bench.web, weight: weight, reason: ""),
                View.Entry(service: Self.secure, weight: secure, reason: ""),
            ])
        )
        try bench.exchange(connection)
    }

    private func drain(_ ports: [UInt16] = [80]) throws -> UnitDrain {
        try #require(UnitDrain(unit: "nginx.service", ports: ports))
    }

    private func outcome(_ bench: Bench) -> Bool? {
        bench.effects.compactMap { effect in
            if case .unitDrained("nginx.service", let isComplete) = effect { isComplete } else { nil }
        }.last
    }

    @Test func `the services of the unit are drained, and no others`() throws {
        let (bench, connection) = try serving()
        try bench.send(.unitStops(drain(), deadline: nil))
        #expect(bench.fact(.draining, connection, .service(Bench.web))?.verdict == .holds)
        #expect(bench.fact(.listenerPresent, connection, .service(Bench.web)) == nil)
        #expect(bench.fact(.draining, connection, .service(Self.secure)) == nil)
        #expect(bench.fact(.localProbe, connection, .service(Self.secure))?.verdict == .holds)
        bench.effects = []
        try bench.advance(.seconds(3))
        let probed = bench.effects.contains { effect in
            if case .run(.check(_, of: Bench.web)) = effect { true } else { false }
        }
        #expect(!probed, "a connection of our own would keep the drain from ending")
    }

    @Test func `whoever waits is let go when no director gives weight and the connections have ended`() throws {
        let (bench, connection) = try serving()
        bench.host.connections[Bench.vip] = 2
        try bench.send(.unitStops(drain(), deadline: nil))
        try bench.advance(.seconds(5))
        #expect(outcome(bench) == nil)
        try view(bench, connection, 0)
        try bench.advance(.seconds(5))
        #expect(outcome(bench) == nil)
        bench.host.connections[Bench.vip] = 0
        try bench.advance(.milliseconds(200))
        #expect(outcome(bench) == true)
    }

    @Test func `a count from before the directors let go of it proves nothing`() throws {
        let (bench, connection) = try serving()
        try bench.send(.unitStops(drain(), deadline: nil))
        try bench.advance(.seconds(1))
        try view(bench, connection, 0)
        #expect(outcome(bench) == nil)
        try bench.advance(.milliseconds(600))
        #expect(outcome(bench) == true)
    }

    @Test func `the deadline ends the wait and not the drain`() throws {
        let (bench, connection) = try serving()
        try bench.send(.unitStops(drain(), deadline: .seconds(3)))
        try bench.advance(.milliseconds(2_900))
        #expect(outcome(bench) == nil)
        try bench.advance(.milliseconds(200))
        #expect(outcome(bench) == false)
        #expect(bench.fact(.draining, connection, .service(Bench.web))?.verdict == .holds)
    }

    @Test func `it survives the agent and ends when the unit has started, but not what the operator said`() throws {
        let (bench, _) = try serving()
        try bench.send(.unitStops(drain([443, 80]), deadline: .zero))
        try bench.send(.holdRequested(.drain))
        let text = try #require(bench.host.file)
        #expect(text.contains("\nunit nginx.service 80 443\n"))
        try bench.start()
        #expect(bench.status.facts.contains { $0.kind == "draining" && $0.subject == "\(Bench.web)" })
        try bench.send(.unitStarted("apache.service"))
        #expect(bench.status.facts.contains { $0.kind == "draining" && $0.subject == "\(Bench.web)" })
        try bench.send(.unitStarted("nginx.service"))
        #expect(!bench.status.facts.contains { $0.kind == "draining" && $0.subject == "\(Bench.web)" })
        #expect(bench.status.facts.contains { $0.kind == "draining" && $0.subject == "node" })
        #expect(SavedState(text: text.replacing("unit nginx.service 80", with: "unit nginx.service 8x")) == nil)
    }

    @Test func `HAProxy is told to drain when all services are`() throws {
        let (bench, _) = try serving()
        try bench.send(.unitStops(drain(), deadline: nil))
        #expect(bench.agentCheckAnswer == "ready up 100%\n")
        try bench.send(.unitStops(drain([]), deadline: nil))
        #expect(bench.agentCheckAnswer == "drain up 100%\n")
    }

    @Test(arguments: ["", "a b", "a\nb", "ä", String(repeating: "a", count: 256)])
    func `what is no name of a unit is refused`(name: String) {
        #expect(UnitDrain(unit: name) == nil)
        #expect(UnitDrain(unit: "nginx.service", ports: [0]) == nil)
        #expect(UnitDrain(unit: "nginx.service", ports: Array(1...65)) == nil)
    }
}
