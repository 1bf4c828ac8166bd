import AgentCore
import AgentProtocol
import Checks
import Primitives
import Testing

@Suite struct `Checks of the node's own services` {
    private static let request = LocalCheck.Kind.http(HTTPExpectation())
    private static let command = LocalCheck.Kind.command(CommandCheck(arguments: ["/bin/check"]))

    /// An agent whose service listens, with checks beside the connection.
    private func serving(_ checks: [LocalCheck]) throws -> (Bench, UInt64) {
        let bench = Bench()
        bench.settings.checks = checks
        bench.host.listeners = [Bench.web.endpoint]
        bench.host.answers[Self.request] = .passed("answers 200")
        bench.host.answers[Self.command] = .passed("/bin/check passes")
        try bench.start()
        let connection = try bench.connect(0)
        try bench.desire(connection, [Bench.vip])
        try bench.advance(.milliseconds(100))
        return (bench, connection)
    }

    private func fact(_ bench: Bench, _ connection: UInt64) -> Fact? {
        bench.fact(.localProbe, connection, .service(Bench.web))
    }

    private func runs(_ bench: Bench, _ kind: LocalCheck.Kind) -> Int {
        bench.effects.count { effect in
            if case .run(.check(let check, _)) = effect { check.kind == kind } else { false }
        }
    }

    @Test func `all of them together are one fact`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.request, port: 80), LocalCheck(Self.command)])
        #expect(fact(bench, connection)?.verdict == .holds)
        #expect(fact(bench, connection)?.evidence == "connected, answers 200, /bin/check passes")
        let other = LocalCheck(Self.request, port: 81)
        let elsewhere = LocalCheck(Self.command, address: Bench.address("192.0.2.11"))
        let (plain, link) = try serving([other, elsewhere])
        #expect(fact(plain, link)?.evidence == "connected")
        #expect(runs(plain, Self.request) + runs(plain, Self.command) == 0)
    }

    @Test func `the fact fails with so many failures in a row, and holds again after so many successes`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.request, fall: 3, rise: 2)])
        bench.host.answers[Self.request] = .failed("answers 500")
        try bench.advance(.seconds(2))
        #expect(fact(bench, connection)?.verdict == .holds)
        bench.host.answers[Self.request] = .passed("answers 200")
        try bench.advance(.seconds(1))
        bench.host.answers[Self.request] = .failed("answers 500")
        try bench.advance(.seconds(2))
        #expect(fact(bench, connection)?.verdict == .holds, "one success in between starts the count anew")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .violated)
        #expect(fact(bench, connection)?.evidence == "answers 500")
        bench.host.answers[Self.request] = .passed("answers 200")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .violated)
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .holds)
    }

    @Test func `a refused connection needs no repetition`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.request)])
        bench.host.answers[.connect] = .failed("connect: refused")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.evidence == "connect: refused")
        #expect(fact(bench, connection)?.verdict == .violated)
    }

    @Test func `evidence that differs with every run is told once`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.command)])
        for number in 0..<6 {
            bench.host.answers[Self.command] = .failed("/bin/check gave exit status 1: at \(number)")
            try bench.advance(.seconds(1))
        }
        #expect(fact(bench, connection)?.evidence == "/bin/check gave exit status 1: at 1")
    }

    @Test func `what cannot be run becomes unknown and never passes`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.command, fall: 2)])
        bench.host.answers[Self.command] = .notRun("/bin/check: no such file")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .holds)
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .unknown)
        #expect(fact(bench, connection)?.evidence == "/bin/check: no such file")
        bench.host.answers[Self.command] = .timedOut
        try bench.advance(.seconds(2))
        #expect(fact(bench, connection)?.evidence == "/bin/check timed out")
        #expect(fact(bench, connection)?.verdict == .violated)
    }

    @Test func `one silence of a service is not believed, two are, and a refusal is at once`() throws {
        let (bench, connection) = try serving([])
        bench.host.answers[.connect] = .timedOut
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .holds)
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .violated)
        bench.host.answers[.connect] = nil
        try bench.advance(.seconds(2))
        #expect(fact(bench, connection)?.verdict == .holds)
        bench.host.answers[.connect] = .failed("connect: refused")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .violated)
    }

    @Test func `each has its own interval, and a drain suspends all`() throws {
        let (bench, _) = try serving([LocalCheck(Self.command, interval: .seconds(10))])
        bench.effects = []
        try bench.advance(.seconds(20))
        #expect(runs(bench, Self.command) == 2)
        #expect(runs(bench, .connect) == 20)
        bench.host.connections[Bench.vip] = 1
        try bench.send(.releaseRequested(deadline: .seconds(100)))
        bench.effects = []
        try bench.advance(.seconds(30))
        #expect(runs(bench, Self.command) + runs(bench, .connect) == 0)
    }

    @Test func `a reload forgets what is no longer checked and keeps what is known of the rest`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.request), LocalCheck(Self.command)])
        bench.host.answers[Self.command] = .failed("broken")
        try bench.advance(.seconds(3))
        #expect(fact(bench, connection)?.verdict == .violated)
        bench.settings.checks = [LocalCheck(Self.request)]
        try bench.send(.configurationReplaced(bench.settings))
        #expect(fact(bench, connection)?.verdict == .holds)
        #expect(fact(bench, connection)?.evidence == "connected, answers 200")
        // A run of the check that is gone may end only now.
        try bench.send(.ran(.check(LocalCheck(Self.command), of: Bench.web), .failed("late")))
        #expect(fact(bench, connection)?.verdict == .holds)
    }

    @Test func `one that has to wait for its turn tries again at once, and in the end says so`() throws {
        let (bench, connection) = try serving([LocalCheck(Self.command, fall: 2)])
        bench.host.answers[Self.command] = .busy("16 commands run already")
        bench.effects = []
        try bench.advance(.seconds(1))
        #expect((2...6).contains(runs(bench, Self.command)), "not only in the rhythm that it lost in, nor all the time")
        #expect(fact(bench, connection)?.verdict == .holds)
        try bench.advance(.seconds(3))
        #expect(fact(bench, connection)?.verdict == .unknown)
        #expect(fact(bench, connection)?.evidence == "16 commands run already")
        bench.host.answers[Self.command] = .passed("/bin/check passes")
        try bench.advance(.seconds(1))
        #expect(fact(bench, connection)?.verdict == .holds)
    }
}
