import Balancing
import DirectorCore
import Health
import Primitives
import Testing

@Suite struct ClusterStatusTests {
    @Test func `logs repairs one by one only up to a limit, and counts on`() {
        let bench = Bench.serving()
        bench.logs = []
        let repair = PlannedOperation(
            .setDestination(Bench.service, Destination(endpoint: Bench.endpoint(1), weight: 1)),
            .weightChanged
        )
        for _ in 0..<90 {
            bench.now = bench.now + .milliseconds(100)
            bench.send(.dataplaneReported(DataplaneReport(at: bench.now, applied: [repair, repair])))
        }
        #expect(bench.logs.count { $0.reason == .dataplaneDrift } <= 21)
        bench.now = bench.now + .seconds(10)
        bench.logs = []
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now, applied: [repair])))
        #expect(bench.logs.count { $0.reason == .dataplaneDrift } == 1)
    }

    @Test func `logs kernel parameters that were repaired each time and those that stay wrong once`() {
        let bench = Bench.serving()
        bench.logs = []
        func finding(_ outcome: SystemFinding.Outcome) -> SystemFinding {
            SystemFinding(name: "net/ipv4/ip_forward", expected: "0", found: "1", outcome: outcome, isAdvisory: true)
        }
        for _ in 0..<3 {
            bench.send(.dataplaneReported(DataplaneReport(at: bench.now, findings: [finding(.reported)])))
        }
        #expect(bench.logs.map(\.to) == ["reported"])
        #expect(bench.logs.first?.level == .warning)
        bench.logs = []
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now, findings: [finding(.repaired)])))
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now)))
        #expect(bench.logs.map(\.to) == ["repaired"])
    }

    @Test func `a real server that two probes call down is shown with both reasons`() {
        let bench = Bench.serving()
        bench.probes(1, tcp: .down, path: .down)
        #expect(bench.destination(1)?.reason == .probeRefused)
        #expect(bench.destination(1)?.furtherReasons == [.directRoutingBlackHole])
        #expect(bench.destination(1)?.evidence == "refused; direct-routing-black-hole: silent")
        bench.probes(1, tcp: .down, path: .up)
        #expect(bench.destination(1)?.reason == .probeRefused)
        #expect(bench.destination(1)?.furtherReasons == [])
        #expect(bench.destination(1)?.evidence == "refused")
    }

    @Test func `a service has a state, a reason, evidence and an age`() {
        let bench = Bench.serving()
        bench.send(
            .dataplaneReported(
                DataplaneReport(
                    at: bench.now,
                    services: [ObservedService(service: VirtualService(identity: Bench.service))],
                )
            )
        )
        var service = bench.core.status(at: bench.now).services.first
        #expect(service?.state == .up)
        #expect(service?.reason == .passing)
        #expect(service?.evidence == "2 of 2 real server(s) up")
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now)))
        service = bench.core.status(at: bench.now).services.first
        #expect(service?.state == .down)
        #expect(service?.reason == .dataplaneDiverged)
    }
}
