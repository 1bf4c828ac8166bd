import AgentCore
import AgentProtocol
import Checks
import Primitives
import Testing

@Suite struct `Checks of units` {
    private static let unit = UnitCheck(unit: "nginx.service")

    @Test(
        arguments: [
            ("loaded", "active", "running", .passed("nginx.service is active (running)")),
            ("loaded", "reloading", "reload", .passed("nginx.service is reloading (reload)")),
            ("loaded", "refreshing", "refresh-extensions", .passed("nginx.service is refreshing (refresh-extensions)")),
            // Masked while it runs: it runs.
            ("masked", "active", "running", .passed("nginx.service is active (running)")),
            ("loaded", "deactivating", "stop-sigterm", .failed("nginx.service is deactivating (stop-sigterm)")),
            ("not-found", "deactivating", "stop", .failed("nginx.service is deactivating (stop)")),
            ("loaded", "activating", "auto-restart", .failed("nginx.service is activating (auto-restart)")),
            ("loaded", "inactive", "dead", .failed("nginx.service is inactive (dead)")),
            ("loaded", "failed", "failed", .failed("nginx.service is failed (failed)")),
            ("loaded", "maintenance", "cleaning", .failed("nginx.service is maintenance (cleaning)")),
            ("not-found", "inactive", "dead", .failed("nginx.service is not loaded (not-found)")),
            ("masked", "inactive", "dead", .failed("nginx.service is not loaded (masked)")),
        ] as [(String, String, String, LocalRunOutcome)]
    )
    func `a unit passes while it is active`(load: String, active: String, sub: String, expected: LocalRunOutcome) {
        #expect(Self.unit.outcome(load: load, active: active, sub: sub) == expected)
    }

    /// An agent whose service listens, with a check of its unit.
    private func serving(_ outcome: LocalRunOutcome) throws -> (Bench, UInt64) {
        let bench = Bench()
        bench.settings.checks = [LocalCheck(.unit(Self.unit), fall: 1)]
        bench.host.listeners = [Bench.web.endpoint]
        bench.host.answers[.unit(Self.unit)] = outcome
        try bench.start()
        let connection = try bench.connect(0)
        try bench.desire(connection, [Bench.vip])
        try bench.advance(.milliseconds(100))
        return (bench, connection)
    }

    @Test func `a unit that stops takes the service out at the next look, though it accepts still`() throws {
        let (bench, connection) = try serving(.passed("nginx.service is active (running)"))
        let before = bench.fact(.localProbe, connection, .service(Bench.web))
        #expect(before?.verdict == .holds)
        #expect(before?.evidence == "connected, nginx.service is active (running)")
        bench.host.answers[.unit(Self.unit)] = .failed("nginx.service is deactivating (stop-sigterm)")
        try bench.advance(.seconds(1))
        let after = bench.fact(.localProbe, connection, .service(Bench.web))
        #expect(after?.verdict == .violated)
        #expect(after?.evidence == "nginx.service is deactivating (stop-sigterm)")
        bench.host.answers[.unit(Self.unit)] = .passed("nginx.service is active (running)")
        try bench.advance(.seconds(2))
        #expect(bench.fact(.localProbe, connection, .service(Bench.web))?.verdict == .holds)
    }

    @Test func `a bus that does not answer says nothing about the unit`() throws {
        let silence = LocalRunOutcome.notRun("nginx.service: no answer from the system bus: Connection timed out")
        let (bench, connection) = try serving(silence)
        let fact = bench.fact(.localProbe, connection, .service(Bench.web))
        #expect(fact?.verdict == .unknown)
        #expect(fact?.evidence == "nginx.service: no answer from the system bus: Connection timed out")
    }

    @Test func `a unit that failed has not recovered because the bus is silent for a moment`() throws {
        let (bench, connection) = try serving(.failed("nginx.service is failed (failed)"))
        bench.host.answers[.unit(Self.unit)] = .notRun("no answer from the system bus")
        try bench.advance(.seconds(3))
        #expect(bench.fact(.localProbe, connection, .service(Bench.web))?.verdict == .violated)
        try bench.advance(.seconds(4))
        #expect(bench.fact(.localProbe, connection, .service(Bench.web))?.verdict == .unknown)
    }

    @Test func `the state of a unit is asked for within the timeout of its check`() {
        let check = LocalCheck(.unit(Self.unit), timeout: .milliseconds(300))
        let run = LocalRun.check(check, of: Bench.web)
        #expect(run.action == .look(Self.unit))
        #expect(run.timeout == .milliseconds(300))
        #expect("\(run)" == "nginx.service")
    }
}
