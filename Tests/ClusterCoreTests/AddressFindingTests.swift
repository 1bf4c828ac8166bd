import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing

@Suite struct AddressFindingTests {
    private static func finding(_ mac: UInt64, of realServer: IPAddress?) -> AddressFinding {
        AddressFinding(address: Bench.virtualAddress, mac: MACAddress(rawValue: mac), realServer: realServer)
    }

    private func report(_ findings: [AddressFinding]) -> ClusterEvent {
        var report = ProbeReport(isSummary: true, entries: [])
        report.findings = findings
        return .probeReported(report)
    }

    @Test func `the other director is told who claims an address, by name and since when, real servers first`() {
        let bench = Bench.serving()
        let web1 = Self.finding(0x0c, of: Bench.endpoint(1).address)
        bench.send(report([web1]))
        bench.now = bench.now + .seconds(1)
        bench.send(report([Self.finding(0x0b, of: nil), web1]))
        bench.now = bench.now + .milliseconds(500)
        let told = bench.core.peerInformation(at: bench.now).addressFindings
        #expect(told.map(\.realServer) == ["web1", nil])
        #expect(told.map(\.age) == [1_500, 500])
        #expect(told.map(\.mac.rawValue) == [0x0c, 0x0b])
        #expect(told.allSatisfy { $0.address == Bench.virtualAddress && $0.claim == .answer })
        bench.send(report([]))
        #expect(bench.core.peerInformation(at: bench.now).addressFindings.isEmpty)
        bench.now = bench.now + .seconds(1)
        bench.send(report([web1]))
        #expect(bench.core.peerInformation(at: bench.now).addressFindings.map(\.age) == [0], "it has begun anew")
    }

    @Test func `strangers without end do not keep a real server from being told`() {
        let bench = Bench.serving()
        let strangers = (1...UInt64(PeerLimits.addressFindings)).map { Self.finding($0, of: nil) }
        bench.send(report(strangers + [Self.finding(0xffff, of: Bench.endpoint(2).address)]))
        let told = bench.core.peerInformation(at: bench.now).addressFindings
        #expect(told.count == PeerLimits.addressFindings)
        #expect(told.first?.realServer == "web2")
    }

    @Test func `who claims an address is logged once, with its end, and shown with name, MAC and age`() throws {
        let bench = Bench.serving()
        bench.logs = []
        let web1 = Self.finding(0x0c, of: Bench.endpoint(1).address)
        for _ in 0..<3 {
            bench.send(report([web1, Self.finding(0x0b, of: nil)]))
            bench.now = bench.now + .seconds(1)
        }
        func claims() -> [StatusChange] { bench.logs.filter { $0.subject == .address("\(Bench.virtualAddress)") } }
        #expect(claims().map(\.reason) == [.arpOffender, .addressClaimedByStranger])
        #expect(claims().allSatisfy { $0.level == .warning && $0.to == "claimed" })
        let shown = try #require(bench.core.status(at: bench.now).addressFindings.first)
        #expect(shown.realServer == "web1" && shown.mac == "00:00:00:00:00:0c" && shown.age == 3_000)
        bench.logs = []
        bench.send(report([]))
        #expect(claims().map(\.to) == ["", ""])
        #expect(claims().map(\.from) == ["claimed", "claimed"])
    }
}
