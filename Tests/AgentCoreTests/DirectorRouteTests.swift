import AgentCore
import AgentProtocol
import Primitives
import Testing

/// What the routes of a node say while directors come and go.
@Suite struct DirectorRouteTests {
    private static func route(_ destination: IPAddress?, via gateway: IPAddress) -> HostObservation.Route {
        .init(destination: destination, gateway: gateway, interface: "eth0")
    }

    private func serving(_ route: HostObservation.Route) throws -> (Bench, UInt64, UInt64) {
        let bench = Bench()
        bench.host.routes = [route]
        try bench.start()
        let first = try bench.connect(0)
        let second = try bench.connect(1)
        try bench.desire(first, [Bench.vip])
        try bench.desire(second, [Bench.vip])
        try bench.advance(.seconds(2))
        return (bench, first, second)
    }

    private func lose(_ connection: UInt64, _ bench: Bench) throws {
        bench.sessions[connection] = nil
        try bench.send(.linkClosed(connection: connection, reason: "connection reset"))
        try bench.advance(.seconds(1))
    }

    @Test func `a default route by a director stays wrong while that one is away, also for another agent or boot`()
        throws
    {
        let (bench, first, second) = try serving(Self.route(nil, via: Bench.remotes[0]))
        #expect(bench.fact(.reversePathOK, second)?.verdict == .violated)
        try lose(first, bench)
        #expect(bench.fact(.reversePathOK, second)?.verdict == .violated, "replies go to a dead machine")
        bench.boot = BootIdentifier(high: 2, low: 2)
        try bench.start()
        let again = try bench.connect(1)
        try bench.advance(.seconds(1))
        let fact = bench.fact(.reversePathOK, again)
        #expect(fact?.verdict == .violated)
        #expect(fact?.evidence == "default via 192.0.2.11 dev eth0, which is a director")
        // It is no director any more once it is not configured.
        bench.settings.directors.removeFirst()
        try bench.send(.configurationReplaced(bench.settings))
        try bench.advance(.seconds(1))
        #expect(bench.fact(.reversePathOK, again)?.verdict == .holds)
    }

    @Test func `a director counts at the address that it came from last`() throws {
        let (bench, first, second) = try serving(Self.route(nil, via: Bench.remotes[0]))
        try lose(first, bench)
        // Its old address is a router's now.
        let moved = Bench.address("192.0.2.13")
        try bench.send(.linkOpened(connection: 99, director: Bench.directors[0], remote: moved))
        try bench.advance(.seconds(1))
        #expect(bench.fact(.reversePathOK, second)?.verdict == .holds)
        bench.host.routes = [Self.route(nil, via: moved)]
        try bench.advance(.seconds(1))
        #expect(bench.fact(.reversePathOK, second)?.verdict == .violated)
    }

    @Test func `a director that is away says nothing about the path from the other`() throws {
        let router = Bench.address("192.0.2.1")
        let (bench, first, second) = try serving(Self.route(Bench.remotes[0], via: router))
        #expect(bench.fact(.realAddressOnLink, second)?.verdict == .violated)
        try lose(first, bench)
        #expect(bench.fact(.realAddressOnLink, second)?.verdict == .holds)
    }
}
