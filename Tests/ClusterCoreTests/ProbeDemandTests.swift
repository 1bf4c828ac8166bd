import DirectorCore
import Health
import Primitives
import Testing

@Suite struct ProbeDemandTests {
    @Test func `the prober knows every real server of the file, whatever is probed`() throws {
        let other = IPAddress.v4(IPv4Address(192, 0, 2, 33))
        let bench = Bench.serving { settings in
            settings.services[0].directPathProbe = false
            // One that no service uses may claim an address too.
            settings.realServers.append(RealServerSettings(name: "spare", address: other))
        }
        let demand = try #require(bench.demands.last)
        #expect(demand.targets.allSatisfy { $0.check.realServer == nil })
        #expect(demand.realServers == [Bench.endpoint(1).address, Bench.endpoint(2).address, other])
        let known = bench.demands.count
        bench.send(.configurationReplaced(Bench.settings { $0.services[0].directPathProbe = false }))
        #expect(bench.demands.count > known)
        #expect(bench.demands.last?.realServers == [Bench.endpoint(1).address, Bench.endpoint(2).address])
    }

    @Test func `a real server that no full frame reaches is named once, and keeps its weight`() throws {
        let bench = Bench.serving()
        let demand = try #require(bench.demands.last)
        let checks = demand.frameTargets.map { "\($0.check)" }
        #expect(checks == ["icmp 192.0.2.11 full frame", "icmp 192.0.2.12 full frame"])
        func tell(_ verdict: Verdict) {
            var entry = ProbeReport.Entry(target: demand.frameTargets[0], at: bench.now)
            entry.verdict = verdict
            bench.send(.probeReported(ProbeReport(isSummary: false, entries: [entry])))
        }
        func findings() -> [String] { bench.core.status(at: bench.now).realServers[0].findings }
        bench.logs = []
        tell(Verdict(.down, .probeTimedOut, since: bench.now))
        #expect(findings() == [], "it answers no echo requests at all")
        tell(Verdict(.down, .pathMTUTooSmall, evidence: "none of 1500 octets", since: bench.now))
        tell(Verdict(.down, .pathMTUTooSmall, evidence: "none of 1500 octets", since: bench.now))
        tell(Verdict(.unknown, .probeCouldNotRun, since: bench.now))
        #expect(findings() == ["path-mtu-too-small: none of 1500 octets"])
        #expect(bench.logs.map(\.reason) == [.pathMTUTooSmall])
        #expect(bench.weight(1) == 1)
        tell(Verdict(.up, .passing, since: bench.now))
        #expect(findings() == [])
        #expect(bench.logs.map(\.reason) == [.pathMTUTooSmall, .reachableAgain])
    }
}
