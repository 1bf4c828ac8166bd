import Balancing
import Primitives
import Testing
import VRRP

@testable import DirectorCommand
@testable import DirectorCore

@Suite struct ReadinessTests {
    static let now = MonotonicInstant(nanoseconds: 1_000_000_000)

    @Test func `a look before anything is desired is no reconciliation`() {
        #expect(!DataplaneReport(at: Self.now, isConverged: false).isReconciled)
        #expect(!DataplaneReport(at: Self.now, lookFailure: "no ip_vs", isConverged: false).isReconciled)
        #expect(DataplaneReport(at: Self.now, isConverged: true).isReconciled)
        let service = VirtualService(
            identity: ServiceIdentity(
                protocol: .tcp,
                endpoint: Endpoint(address: .v4(IPv4Address(192, 0, 2, 100)), port: 80),
            )
        )
        let added = PlannedOperation(.addService(service), .wanted)
        #expect(DataplaneReport(at: Self.now, applied: [added], isConverged: false).isReconciled)
        // What the kernel refuses is in the status; a director that never gets ready helps nobody.
        let refused = DataplaneReport.Failure(operation: added, errorNumber: 2, explanation: "no such scheduler")
        #expect(DataplaneReport(at: Self.now, failures: [refused], isConverged: false).isReconciled)
    }

    @Test func `a director whose interface is missing is ready, one that has not looked is not`() throws {
        func report(_ fault: ElectionReport.InterfaceFault) throws -> ElectionReport {
            try ElectionLogTests.report(.initialize, .started, findings: [.interfaceUnusable(fault)])
        }
        #expect(try !report(.unknown).knowsItsInterfaces)
        #expect(try !report(.unproved).knowsItsInterfaces)
        #expect(try report(.missing).knowsItsInterfaces)
        #expect(try report(.noCarrier).knowsItsInterfaces)
    }
}
