import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct `Services that get no new connections` {
    /// An agent with a web service that two directors give weight 1.
    private func serving() throws -> (Bench, [UInt64]) {
        let bench = Bench()
        bench.host.listeners = [Bench.web.endpoint]
        try bench.start()
        let connections = try [0, 1].map { index in
            let connection = try bench.connect(index)
            try bench.desire(connection, [Bench.vip])
            try view(bench, connection, 1)
            return connection
        }
        bench.host.connections[Bench.vip] = 4
        try bench.advance(.seconds(2))
        return (bench, connections)
    }

    private func view(_ bench: Bench, _ connection: UInt64, _ weight: UInt32) throws {
        bench.sessions[connection]?.show(View(entries: [.init(service: Bench.web, weight: weight, reason: "")]))
        try bench.exchange(connection)
    }

    private func idle(_ bench: Bench, _ connection: UInt64) -> Fact? {
        bench.fact(.idle, connection, .service(Bench.web))
    }

    /// How often the connections were counted.
    private func counts(_ bench: Bench) -> Int {
        bench.effects.count { effect in
            if case .observe(let scope, _, _) = effect { scope.contains(.connections) } else { false }
        }
    }

    @Test func `both directors learn when the clients of a service have gone`() throws {
        let (bench, links) = try serving()
        #expect(links.allSatisfy { idle(bench, $0) == nil }, "while it serves nobody is told")
        try view(bench, links[0], 0)
        try bench.advance(.seconds(2))
        #expect(links.allSatisfy { idle(bench, $0) == nil }, "the other director gives it weight still")
        try view(bench, links[1], 0)
        try bench.advance(.seconds(2))
        #expect(links.allSatisfy { idle(bench, $0)?.verdict == .violated })
        #expect(idle(bench, links[0])?.evidence == "4 connection(s) of clients")
        bench.host.connections[Bench.vip] = 0
        bench.host.ownConnections = 2
        try bench.advance(.seconds(1))
        #expect(links.allSatisfy { idle(bench, $0)?.verdict == .holds }, "a check of the node's own is no client")
        bench.effects = []
        try bench.advance(.seconds(10))
        #expect(counts(bench) == 0, "what has ended is not counted over and over")
        try view(bench, links[1], 1)
        #expect(links.allSatisfy { idle(bench, $0) == nil })
    }

    @Test func `a count from before the last director let go of it proves nothing`() throws {
        let (bench, links) = try serving()
        bench.host.connections[Bench.vip] = 0
        for link in links { try view(bench, link, 0) }
        #expect(idle(bench, links[0]) == nil)
        try bench.send(.hostChanged([.connections]))
        #expect(idle(bench, links[0]) == nil, "a connection of the last moment may be on its way")
        try bench.advance(.seconds(2))
        #expect(idle(bench, links[0])?.verdict == .holds)
    }

    @Test func `where clients were never seen, that there are none proves nothing`() throws {
        let (bench, _) = try serving()
        bench.host.connections[Bench.vip] = 0
        try bench.start()
        let link = try bench.connect(0)
        try bench.desire(link, [Bench.vip])
        try view(bench, link, 0)
        try bench.advance(.seconds(300))
        #expect(idle(bench, link) == nil)
        #expect((5...20).contains(counts(bench)), "it is looked for, ever more rarely")
        bench.host.connections[Bench.vip] = 1
        try bench.advance(.seconds(61))
        bench.host.connections[Bench.vip] = 0
        try bench.advance(.seconds(61))
        #expect(idle(bench, link)?.verdict == .holds)
    }

    @Test func `a director that has not said yet what it gives may give everything`() throws {
        let (bench, links) = try serving()
        for link in links { try view(bench, link, 0) }
        bench.host.connections[Bench.vip] = 0
        try bench.advance(.seconds(2))
        #expect(idle(bench, links[0])?.verdict == .holds)
        try bench.send(.linkClosed(connection: links[1], reason: "reset"))
        bench.sessions[links[1]] = nil
        let again = try bench.connect(1)
        #expect(idle(bench, links[0]) == nil)
        try view(bench, again, 0)
        try bench.advance(.seconds(2))
        #expect(idle(bench, again)?.verdict == .holds)
    }

    @Test func `a node that has more to tell than a report holds leaves it out`() throws {
        let bench = Bench()
        try bench.start()
        let addresses = (1...64).map { Bench.address("192.0.2.\($0 + 100)") }
        let services = addresses.flatMap { address in
            [80, 443].map { ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: address, port: $0)) }
        }
        for address in addresses {
            bench.host.connections[address] = 1
            // An address on the interface too has a third fact.
            bench.host.hold("\(address)/24", on: "eth0")
        }
        let link = try bench.connect(0)
        bench.sessions[link]?.desire(DesiredState(generation: 1, addresses: addresses, services: services))
        try bench.exchange(link)
        bench.sessions[link]?.show(View(entries: []))
        try bench.exchange(link)
        try bench.advance(.seconds(5))
        let facts = bench.sessions[link]?.facts.map(\.fact) ?? []
        #expect(facts.count == Limits.facts)
        #expect(facts.contains { $0.kind == .idle })
    }
}
