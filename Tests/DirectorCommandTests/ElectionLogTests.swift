import Primitives
import Testing
import VRRP

@testable import DirectorCommand
@testable import DirectorCore

@Suite struct ElectionLogTests {
    static let address = IPAddress.v4(IPv4Address(192, 0, 2, 100))
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)

    static func report(
        _ state: VirtualRouter.StateName,
        since: MonotonicInstant = start,
        _ reason: TransitionReason,
        isHeld: Bool = false,
        findings: [ElectionReport.Finding] = [],
        repairs: UInt64 = 0,
    ) throws -> ElectionReport {
        let prefix = try #require(Prefix(address: address, length: 24))
        return ElectionReport(
            routers: [
                ElectionReport.Router(
                    name: "front",
                    virtualRouterIdentifier: 51,
                    interface: "eth0",
                    priority: 110,
                    state: state,
                    since: since,
                    reason: reason,
                    addresses: [ElectionReport.Address(prefix: prefix, isHeld: isHeld)],
                    findings: findings,
                    statistics: VirtualRouter.Statistics(),
                )
            ],
            rejections: RejectionCounts(),
            addressRepairs: repairs,
            isStopping: false,
        )
    }

    @Test func `writes a change once with its reason, and nothing for the same picture`() throws {
        let recorded = RecordedLog()
        var log = ElectionLog(logger: recorded.logger())
        log.record(try Self.report(.backup, .interfaceUsable))
        #expect(recorded.take().count == 1)
        log.record(try Self.report(.backup, .interfaceUsable))
        #expect(recorded.take().isEmpty)
        log.record(try Self.report(.active, since: Self.start + .seconds(1), .activeRouterSilent, isHeld: true))
        let lines = recorded.take()
        #expect(lines.count == 2)
        #expect(lines.first?.contains("vrrp.evidence=was backup") == true, "\(lines)")
        #expect(lines.last?.contains("vrrp.held=true") == true, "\(lines)")
    }

    @Test func `writes a finding when it comes and not while only its counts change`() throws {
        let recorded = RecordedLog()
        var log = ElectionLog(logger: recorded.logger())
        log.record(try Self.report(.active, .nobodyHeard))
        _ = recorded.take()
        for count in 1...5 {
            let conflict = ElectionReport.AddressConflict(
                address: Self.address,
                mac: try #require(MACAddress(bytes: [2, 0, 0, 0, 0, 1])),
                firstSeen: Self.start,
                lastSeen: Self.start + .seconds(Int64(count)),
                count: UInt64(count),
            )
            log.record(try Self.report(.active, .nobodyHeard, findings: [.addressConflict(conflict)]))
        }
        let lines = recorded.take()
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning") == true)
        log.record(try Self.report(.active, .nobodyHeard, repairs: 3))
        #expect(recorded.take().first?.contains("vrrp.repairs=3") == true)
    }
}
