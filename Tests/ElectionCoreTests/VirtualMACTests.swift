import DirectorCore
import Primitives
import Testing
import VRRP

/// A router whose addresses are at its virtual MAC (RFC 9568 section 7.3).
struct VirtualMACTests {
    static let mac = MACAddress.virtualRouter(51, .ipv4)
    static let patience = Interval.seconds(5)

    static func settings(priority: UInt8 = 100) -> VirtualRouterSettings {
        var settings = Bench.settings(priority: priority)
        settings.usesVirtualMAC = true
        return settings
    }

    /// The virtual MACs from which the advertisements among the effects leave; nothing for the interface's own.
    static func sources(_ effects: [ElectionEffect]) -> [MACAddress?] {
        effects.compactMap { effect -> MACAddress?? in
            guard case .sendAdvertisement(_, _, _, _, _, let mac) = effect else { return nil }
            return .some(mac)
        }
    }

    @Test func `advertises, claims and announces with the virtual MAC`() {
        let bench = Bench().started(Self.settings())
        bench.converge()
        #expect(bench.demand?.entries.map(\.virtualMAC) == [Self.mac])
        let takeover = bench.expire()
        #expect(Self.sources(takeover) == [Self.mac])
        let announced = bench.converge().frames
        #expect(announced == [Announcement.frame(.v4(IPv4Address(192, 0, 2, 100)), at: Self.mac)])
        #expect(Self.sources(bench.pass(.milliseconds(100))) == [Self.mac])
        #expect(bench.router?.virtualMAC == Self.mac)
        #expect(Self.sources(bench.handle(.stopRequested)) == [Self.mac])
    }

    @Test func `without it the interface's own MAC does everything`() {
        let bench = Bench.active()
        #expect(bench.demand?.entries.map(\.virtualMAC) == [nil])
        #expect(Self.sources(bench.pass(.milliseconds(100))) == [nil])
        #expect(bench.router?.virtualMAC == nil)
    }

    @Test func `who hands the addresses over speaks no more with the virtual MAC`() {
        let bench = Bench.active(Self.settings())
        bench.pass(.seconds(5))
        bench.handle(.handOver(routers: ["lan"], until: bench.now + Self.patience))
        let sources = Self.sources(bench.pass(.milliseconds(300)))
        #expect(sources.count >= 2 && sources.allSatisfy { $0 == nil })
        bench.handle(.letGo(routers: ["lan"]))
        #expect(bench.disposition == .absent, "nobody sends to this machine any more, so nothing lingers")
    }

    @Test func `the successor speaks with the virtual MAC once it has the addresses, not before`() {
        let bench = Bench().started(Self.settings(priority: 50))
        bench.converge()
        bench.hear(100)
        let effects = bench.handle(.takeOver(routers: ["lan"], until: bench.now + Self.patience))
        #expect(Self.sources(effects) == [nil], "the clients' frames would come to a machine without the addresses")
        #expect(Self.sources(bench.pass(.milliseconds(100))) == [nil])
        let announced = bench.converge().frames
        #expect(announced == [Announcement.frame(.v4(IPv4Address(192, 0, 2, 100)), at: Self.mac)])
        #expect(Self.sources(bench.pass(.milliseconds(100))) == [Self.mac])
    }

    @Test func `the last word of one that yields leaves from the interface's own MAC`() {
        let bench = Bench.active(Self.settings())
        bench.pass(.seconds(5))
        let effects = bench.hear(200)
        #expect(bench.state == .backup)
        #expect(Self.sources(effects) == [nil])
    }

    @Test func `a handover that is cancelled gives the virtual MAC back`() {
        let bench = Bench.active(Self.settings())
        bench.pass(.seconds(5))
        bench.handle(.handOver(routers: ["lan"], until: bench.now + Self.patience))
        let effects = bench.handle(.cancelHandOver(routers: ["lan"])) + bench.pass(.milliseconds(100))
        #expect(Self.sources(effects).last == Self.mac)
    }

    @Test func `the virtual MAC in somebody else's ARP is a second owner, save by agreement`() {
        let claim = ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Self.mac)
        let bench = Bench.active(Self.settings())
        bench.pass(.seconds(5))
        bench.handle(.handOver(routers: ["lan"], until: bench.now + Self.patience))
        bench.handle(.arpReceived(interface: "eth0", claim))
        #expect(bench.router?.findings == [])
        bench.handle(.cancelHandOver(routers: ["lan"]))
        let answer = bench.handle(.arpReceived(interface: "eth0", claim))
        #expect(answer.frames.count == 1)
        #expect(bench.router?.statistics.addressConflicts == 1)
        #expect(ElectionCoreTests.splitBrain(bench)?.evidence == [.neighbour])
    }

    @Test(arguments: [true, false])
    func `a reload that changes the MAC announces the addresses anew`(isVirtual: Bool) {
        let (before, after) = isVirtual ? (Bench.settings(), Self.settings()) : (Self.settings(), Bench.settings())
        let bench = Bench.active(before)
        bench.pass(.seconds(5))
        let effects = bench.handle(.configurationReplaced(ElectionSettings(routers: [after])))
        #expect(bench.state == .active)
        #expect(effects.frames == [], "the kernel has to have it first")
        let mac = isVirtual ? Self.mac : Bench.mac
        #expect(bench.converge().frames == [Announcement.frame(.v4(IPv4Address(192, 0, 2, 100)), at: mac)])
    }

    @Test func `an owner and a unicast router have none`() {
        var settings = Self.settings()
        #expect(settings.firstProblem() == nil)
        settings.priority = 255
        #expect(settings.firstProblem() == .virtualMAC)
        settings.priority = 100
        settings.unicast = UnicastSettings(peers: [Bench.peer])
        #expect(settings.firstProblem() == .virtualMAC)
    }
}
