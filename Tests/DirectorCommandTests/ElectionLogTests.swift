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
        log.record(try Self.report(.backup, .interfaceUsable), at: Self.start)
        #expect(recorded.take().count == 1)
        log.record(try Self.report(.backup, .interfaceUsable), at: Self.start)
        #expect(recorded.take().isEmpty)
        log.record(
            try Self.report(.active, since: Self.start + .seconds(1), .activeRouterSilent, isHeld: true),
            at: Self.start
        )
        let lines = recorded.take()
        #expect(lines.count == 2)
        #expect(lines.first?.contains("vrrp.evidence=was backup") == true, "\(lines)")
        #expect(lines.last?.contains("vrrp.held=true") == true, "\(lines)")
    }

    @Test func `writes a finding when it comes and not while only its counts change`() throws {
        let recorded = RecordedLog()
        var log = ElectionLog(logger: recorded.logger())
        log.record(try Self.report(.active, .nobodyHeard), at: Self.start)
        _ = recorded.take()
        for count in 1...5 {
            let conflict = ElectionReport.AddressConflict(
                address: Self.address,
                mac: try #require(MACAddress(bytes: [2, 0, 0, 0, 0, 1])),
                firstSeen: Self.start,
                lastSeen: Self.start + .seconds(Int64(count)),
                count: UInt64(count),
            )
            log.record(try Self.report(.active, .nobodyHeard, findings: [.addressConflict(conflict)]), at: Self.start)
        }
        let lines = recorded.take()
        #expect(lines.count == 1)
        #expect(lines.first?.hasPrefix("warning") == true)
        log.record(try Self.report(.active, .nobodyHeard, repairs: 3), at: Self.start)
        #expect(recorded.take().first?.contains("vrrp.repairs=3") == true)
    }

    @Test func `senders that take turns fill no log`() throws {
        let recorded = RecordedLog()
        var log = ElectionLog(logger: recorded.logger())
        log.record(try Self.report(.active, .nobodyHeard), at: Self.start)
        _ = recorded.take()
        func hear(_ sender: UInt8, at now: MonotonicInstant) throws {
            let source = IPAddress.v4(IPv4Address(192, 0, 2, sender))
            log.record(try Self.report(.active, .nobodyHeard, findings: [.addressListMismatch(from: source)]), at: now)
        }
        for turn in 0..<100 { try hear(UInt8(7 + turn % 2), at: Self.start) }
        #expect(recorded.take().count == 2)
        for sender in 0..<200 { try hear(UInt8(sender), at: Self.start + .seconds(1)) }
        #expect(recorded.take().count == 14)
        for turn in 0..<100 { try hear(UInt8(7 + turn % 2), at: Self.start + .seconds(61)) }
        #expect(recorded.take().count == 2)
        // What stands is written once, and what came in the crowd when there is room again.
        for sender in 0..<200 { try hear(UInt8(sender), at: Self.start + .seconds(62)) }
        _ = recorded.take()
        for second in 63..<200 { try hear(250, at: Self.start + .seconds(Int64(second))) }
        #expect(recorded.take().count == 1)
    }
}
