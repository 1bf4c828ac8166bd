import DirectorCore
import Primitives
import Testing
import VRRP

/// Demands of RFC 9568 and RFC 3768 on what a director sends, hears and holds.
@Suite struct RequirementTests {
    static let linkLocal = IPv6Address(high: 0xfe80_0000_0000_0000, low: 2)
    static let peer6 = IPAddress.v6(IPv6Address(high: 0xfe80_0000_0000_0000, low: 3))

    static let six = Bench.settings("six", addresses: ["fe80::5e:33/64", "2001:db8::100/64"])

    static func dual() -> Bench {
        let bench = Bench()
        bench.interface?.linkLocal = linkLocal
        return bench.started(Bench.settings(), six)
    }

    /// Source and destination of every advertisement among the effects.
    static func ways(_ effects: [ElectionEffect]) -> [[IPAddress]] {
        effects.compactMap { effect in
            guard case .sendAdvertisement(_, let source, let destination, _, _, _) = effect else { return nil }
            return [source, destination]
        }
    }

    func packet(
        _ payload: [UInt8],
        interface: String = "eth0",
        timeToLive: UInt8 = 255,
        at bench: Bench,
    ) -> ElectionEvent {
        .packetReceived(
            ReceivedPacket(
                interface: interface,
                payload: payload,
                source: Bench.peer,
                destination: Bench.group,
                timeToLive: timeToLive,
                receivedAt: bench.now
            )
        )
    }

    @Test func `advertises from the interface's own address to the group of the family`() {
        let bench = Self.dual()
        bench.converge()
        let effects = bench.pass(Bench.down())
        #expect(
            Self.ways(effects) == [
                [.v4(Bench.own), ProtocolVersion.group(.ipv4)], [.v6(Self.linkLocal), ProtocolVersion.group(.ipv6)],
            ]
        )
    }

    @Test func `without an own address of the family it says nothing`() {
        let bench = Bench().started(
            Bench.settings(),
            Bench.settings("six", addresses: ["fe80::5e:33/64"])
        )
        bench.converge()
        let effects = bench.pass(.seconds(5))
        #expect(!Self.ways(effects).isEmpty)
        #expect(Self.ways(effects).allSatisfy { $0.first?.family == .ipv4 })
        #expect(bench.wholeReport.routers.last?.findings == [.interfaceUnusable(.noPrimaryAddress)])
    }

    @Test func `the two families of one VRID are two routers`() {
        let bench = Self.dual()
        bench.converge()
        let payload = Advertisement(of: Self.six, priority: 200)
            .encode(from: Self.peer6, to: ProtocolVersion.group(.ipv6), checksum: .pseudoHeader)
        for _ in 0..<10 {
            bench.handle(
                .packetReceived(
                    ReceivedPacket(
                        interface: "eth0",
                        payload: payload,
                        source: Self.peer6,
                        destination: ProtocolVersion.group(.ipv6),
                        timeToLive: 255,
                        receivedAt: bench.now
                    )
                )
            )
            bench.pass(.milliseconds(100))
        }
        #expect(bench.wholeReport.routers.map(\.state) == [.active, .backup])
    }

    @Test func `an IPv6 router announces every address by an unsolicited neighbour advertisement`() {
        let bench = Self.dual()
        bench.converge()
        bench.pass(Bench.down())
        let frames = bench.converge().frames
        let addresses = ["fe80::5e:33", "2001:db8::100"].compactMap { IPAddress($0) }
        for address in addresses { #expect(frames.contains(Announcement.frame(address, at: Bench.mac))) }
        #expect(frames.count == 3)
    }

    @Test func `every time to live but 255 is refused`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        let before = bench.core.deadline
        for timeToLive in UInt8.min..<255 {
            bench.handle(packet(bench.advertisement(200), timeToLive: timeToLive, at: bench))
        }
        #expect(bench.wholeReport.rejections.total == 255)
        #expect(bench.core.deadline == before)
        bench.hear(200)
        #expect(bench.router?.activeRouter == Bench.peer)
    }

    @Test func `a VRID counts on its own interface alone`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        bench.handle(packet(bench.advertisement(200), interface: "eth1", at: bench))
        #expect(bench.router?.activeRouter == nil)
        #expect(bench.wholeReport.rejections.occurred.map(\.cause) == [.unknownVirtualRouter])
        bench.handle(packet(bench.advertisement(200), at: bench))
        #expect(bench.router?.activeRouter == Bench.peer)
    }

    @Test func `another type of message moves nothing`() {
        let bench = Bench.active()
        for type in UInt8.min...15 where type != 1 {
            var message = bench.advertisement(200)
            message[0] = 0x30 | type
            #expect(bench.handle(packet(message, at: bench)).priorities == [])
        }
        #expect(bench.state == .active)
        #expect(bench.wholeReport.rejections.occurred.map(\.cause) == [.wrongType])
    }

    @Test func `only the Active Router has the addresses`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        #expect(bench.state == .backup)
        #expect(bench.disposition == .absent)
        bench.expire()
        #expect(bench.state == .active)
        #expect(bench.disposition == .present)
        bench.hear(101)
        #expect(bench.state == .backup)
        #expect(bench.disposition == .absent)
    }

    @Test func `two owners are counted and the lower address yields`() {
        let bench = Bench().started(Bench.settings(priority: 255))
        bench.look()
        #expect(bench.state == .active)
        bench.hear(255)
        #expect(bench.router?.statistics.addressOwnerConflicts == 1)
        #expect(bench.state == .backup)
    }

    @Test func `version 2 with a password hears the same password alone`() {
        var settings = Bench.settings()
        settings.version = .version2
        settings.advertisementInterval = .seconds(1)
        settings.authentication = Authentication(password: "s3cret") ?? .none
        var wrong = settings
        wrong.authentication = Authentication(password: "secret") ?? .none
        var open = settings
        open.authentication = .none
        let bench = Bench().started(settings)
        bench.converge()
        bench.hear(200, wrong)
        bench.hear(200, open)
        #expect(bench.router?.activeRouter == nil)
        #expect(
            bench.router?.statistics.rejections.occurred.map(\.cause) == [
                .wrongAuthenticationType, .authenticationFailed,
            ]
        )
        bench.hear(200, settings)
        #expect(bench.router?.activeRouter == Bench.peer)
    }
}
