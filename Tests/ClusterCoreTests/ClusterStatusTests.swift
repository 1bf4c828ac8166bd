import Balancing
import Health
import Primitives
import Testing
import VRRP

@testable import DirectorCore

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

    @Test func `the status has what the election and its routers have counted, by cause`() throws {
        let bench = Bench.serving()
        var report = ElectionReport(
            routers: [
                ElectionReport.Router(
                    name: "lan",
                    virtualRouterIdentifier: 51,
                    interface: "eth0",
                    priority: 100,
                    state: .backup,
                    since: bench.now,
                    reason: .started,
                    addresses: [],
                    findings: [],
                    statistics: VirtualRouter.Statistics(),
                )
            ],
            rejections: RejectionCounts(),
            refusedSettings: nil,
            addressRepairs: 2,
            isStopping: false,
        )
        report.routers[0].statistics.advertisementsReceived = 12
        for _ in 0..<3 { report.routers[0].statistics.rejections.count(.wrongChecksum) }
        report.routers[0].statistics.authenticity.count(.replay)
        report.rejections.count(.unknownVirtualRouter)
        bench.send(.electionReported(report))
        var status = bench.core.status(at: bench.now)
        let counters = try #require(status.routers.first).counters
        #expect(counters.advertisementsReceived == 12 && counters.rejected == ["wrongChecksum": 3])
        #expect(counters.unverified == ["replay": 1])
        #expect(status.election.rejected == ["unknownVirtualRouter": 1] && status.election.addressRepairs == 2)
        var latencies = LatencyHistogram()
        for latency in [Interval.microseconds(15), .microseconds(20), .seconds(60)] { latencies.record(latency) }
        status.election.record(latencies)
        #expect(status.election.wakeUps.map(\.count).reduce(0, +) == 3)
        #expect(status.election.wakeUps[1] == .init(upToMicroseconds: 20, count: 2))
        #expect(status.election.wakeUps.last == .init(upToMicroseconds: nil, count: 1))
        #expect(status.election.latestWakeUpMicroseconds == 60_000_000)
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
