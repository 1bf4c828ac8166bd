import AgentProtocol
import Health
import PeerProtocol
import Primitives
import Testing

@testable import DirectorCore

/// Who one director hears claim virtual addresses is told on both.
@Suite struct HearsayTests {
    private static let virtual = IPAddress.v4(IPv4Address(192, 0, 2, 100))

    private static func finding(
        _ mac: UInt64,
        of realServer: String?,
        _ claim: PeerAddressFinding.Claim = .answer,
        age: UInt64 = 4_000,
        on address: IPAddress = virtual,
    ) -> PeerAddressFinding {
        PeerAddressFinding(
            address: address,
            mac: MACAddress(rawValue: mac),
            realServer: realServer,
            claim: claim,
            age: age
        )
    }

    private static func shown(_ pair: Pair, _ index: Int) -> [AddressFindingStatus] {
        pair.sides[index].core.status(at: pair.now)?.addressFindings ?? []
    }

    private static let claims = "hears a claim"

    @Test func `what one director hears the other one shows, with its age, and logs once`() throws {
        let pair = try Pair().started()
        let findings = [Self.finding(0x0b, of: "web1"), Self.finding(0x0c, of: nil, .question)]
        pair.handle(1, .addressFindingsChanged(findings))
        pair.run(.milliseconds(300))
        let shown = Self.shown(pair, 0)
        #expect(shown.map(\.reason) == [.arpOffender, .addressClaimedByStranger])
        #expect(shown.map(\.realServer) == ["web1", nil])
        #expect(shown.map(\.mac) == ["00:00:00:00:00:0b", "00:00:00:00:00:0c"])
        #expect(shown.map(\.address) == ["192.0.2.100", "192.0.2.100"])
        #expect(
            shown.map(\.evidence) == [
                "web1 at 00:00:00:00:00:0b answers ARP for 192.0.2.100",
                "a stranger at 00:00:00:00:00:0c asks by ARP in the name of 192.0.2.100",
            ]
        )
        #expect(shown.allSatisfy { (4_050...4_300).contains($0.age) })
        #expect(Self.shown(pair, 1).isEmpty, "it is not told back")
        for second: UInt64 in 1...3 {
            pair.handle(1, .addressFindingsChanged([Self.finding(0x0b, of: "web1", age: 4_000 + second * 1_000)]))
            pair.run(.seconds(1))
        }
        #expect((7_750...8_000).contains(Self.shown(pair, 0).first?.age ?? 0), "it grows without being told again")
        let logged = pair.sides[0].logs.filter { $0.from == Self.claims || $0.to == Self.claims }
        #expect(logged.map(\.reason) == [.arpOffender, .addressClaimedByStranger, .addressClaimedByStranger])
        #expect(logged.map(\.to) == [Self.claims, Self.claims, ""])
        #expect(logged.map(\.level) == [.warning, .warning, .notice])
        #expect(logged.allSatisfy { $0.subject == .peer("lb2") })
    }

    @Test func `a finding is not sent again while only its age changes`() throws {
        let pair = try Pair().started()
        let finding = Self.finding(0x0b, of: "web1")
        pair.handle(1, .addressFindingsChanged([finding]))
        pair.run(.milliseconds(300))
        var older = finding
        older.age += 1_000
        #expect(pair.handle(1, .addressFindingsChanged([older])).isEmpty)
        let told = try #require(pair.sides[0].core.session?.addressFindings?.at)
        pair.run(.seconds(1))
        #expect(pair.sides[0].core.session?.addressFindings?.at == told)
        #expect(pair.sides[0].core.peerAddressFindings == [finding])
    }

    @Test func `what the peer hears is gone with the link, and there again after the next Hello`() throws {
        let pair = try Pair().started()
        pair.handle(0, .addressFindingsChanged([Self.finding(0x0b, of: "web1", .question)]))
        pair.run(.milliseconds(300))
        #expect(Self.shown(pair, 1).map(\.reason) == [.arpAnnounceUnsafe])
        pair.cut()
        #expect(Self.shown(pair, 1).isEmpty)
        #expect(pair.sides[1].logs.last { $0.from == Self.claims }?.reason == .arpAnnounceUnsafe)
        pair.run(.seconds(3))
        #expect(Self.shown(pair, 1).map(\.realServer) == ["web1"])
    }

    @Test func `a silent peer hears nothing`() throws {
        let pair = try Pair().started()
        pair.handle(0, .addressFindingsChanged([Self.finding(0x0b, of: "web1")]))
        pair.run(.milliseconds(300))
        pair.isConnected = false
        pair.run(.milliseconds(850))
        #expect(pair.sides[1].core.status(at: pair.now)?.link == .silent)
        #expect(Self.shown(pair, 1).isEmpty)
    }

    @Test func `a machine that claims very many addresses, or changes its MAC, gets few lines`() throws {
        let pair = try Pair().started()
        let many = (0..<40).map { Self.finding(0x0b, of: "web1", on: .v4(IPv4Address(192, 0, 2, 100 + $0))) }
        pair.handle(0, .addressFindingsChanged(many))
        pair.run(.milliseconds(300))
        var lines = pair.sides[1].logs.filter { $0.to == Self.claims }
        #expect(lines.count == 8)
        #expect(lines.last?.evidence.hasSuffix("answers ARP for 192.0.2.107, and 32 more") == true)
        #expect(Self.shown(pair, 1).count == 40)
        pair.sides[1].logs = []
        for mac: UInt64 in 1...5 {
            pair.handle(0, .addressFindingsChanged(many + [Self.finding(mac, of: nil)]))
            pair.run(.milliseconds(300))
        }
        lines = pair.sides[1].logs.filter { $0.to == Self.claims || $0.from == Self.claims }
        #expect(lines.map(\.reason) == [.addressClaimedByStranger])
        #expect(Self.shown(pair, 1).last?.mac == "00:00:00:00:00:05")
    }

    @Test func `the greatest ages do no harm`() throws {
        let pair = try Pair().started()
        pair.handle(0, .addressFindingsChanged([Self.finding(0x0b, of: "web1", age: .max)]))
        pair.run(.seconds(1))
        #expect(Self.shown(pair, 1).map(\.age) == [.max])
    }

    @Test func `an older peer, which passes the findings over, keeps its link`() throws {
        let pair = try Pair().started()
        var older = PeerFrameCodec.encode(.addressFindings([Self.finding(0x0b, of: "web1")]))
        older[5] = 200  // To this program as unknown as the type is to an older one.
        let connection = try #require(pair.connections[1])
        pair.handle(1, .bytes(connection, older))
        #expect(pair.sides[1].core.status(at: pair.now)?.link == .connected)
        #expect(Self.shown(pair, 1).isEmpty)
    }
}
