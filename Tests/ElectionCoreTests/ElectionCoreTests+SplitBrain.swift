import DirectorCore
import Primitives
import Testing
import VRRP

/// Two owners are named, with what told of them and for how long.
extension ElectionCoreTests {
    static func splitBrain(_ bench: Bench) -> ElectionReport.SplitBrain? {
        for finding in bench.router?.findings ?? [] {
            if case .splitBrain(let episode) = finding { return episode }
        }
        return nil
    }

    @Test func `a settled Active Router that hears a lesser one has seen another owner`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        let first = bench.now
        bench.hear(50)
        bench.pass(.milliseconds(700))
        bench.hear(50)
        let episode = Self.splitBrain(bench)
        #expect(episode?.evidence == [.advertisement])
        #expect(episode?.source == Bench.peer)
        #expect(episode?.firstSeen == first)
        #expect(episode?.duration == .milliseconds(700))
        #expect(episode?.count == 2)
        #expect(episode?.description == "two owners for 700ms, seen 2 time(s) by advertisements, from 192.0.2.3")
        bench.pass(.seconds(61))
        #expect(Self.splitBrain(bench) == nil)
    }

    @Test func `the moment of a takeover is none`() {
        let bench = Bench.active()
        bench.pass(.milliseconds(100))
        #expect(bench.hear(50).priorities == [100])
        #expect(Self.splitBrain(bench) == nil)
    }

    @Test func `who loses a tie has been an owner beside the winner`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        #expect(bench.hear(100).priorities == [100], "the winner hears of it, too")
        #expect(bench.state == .backup)
        #expect(Self.splitBrain(bench)?.evidence == [.advertisement])
    }

    @Test func `a router that is preempted has not`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        bench.hear(200)
        #expect(Self.splitBrain(bench) == nil)
    }

    @Test func `the last word of a router that was preempted is answered and names nobody, a later one does`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        for _ in 0..<4 {
            bench.hear(50)
            bench.pass(.milliseconds(100))
        }
        #expect(bench.router?.reason == .preemption)
        bench.converge()
        let claim = ElectionEvent.arpReceived(
            interface: "eth0",
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC)
        )
        bench.pass(.milliseconds(205))
        #expect(bench.handle(claim).frames == [Self.announcement])
        #expect(bench.router?.findings == [])
        bench.pass(.seconds(5))
        bench.handle(claim)
        #expect(Self.splitBrain(bench)?.evidence == [.neighbour])
    }

    @Test func `the peer's own word tells of another owner while no advertisement comes through`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        #expect(bench.handle(.peerReported(active: ["dmz"])).frames == [])
        #expect(Self.splitBrain(bench) == nil)
        #expect(bench.handle(.peerReported(active: ["dmz", "lan"])).frames == [Self.announcement])
        bench.pass(.seconds(4))
        #expect(bench.handle(.peerReported(active: ["dmz", "lan"])).frames == [], "what is known is no news")
        #expect(Self.splitBrain(bench)?.evidence == [.peerLink])
        #expect(Self.splitBrain(bench)?.duration == .seconds(4))
        bench.hear(50)
        #expect(Self.splitBrain(bench)?.evidence == [.advertisement, .peerLink])
    }

    @Test func `the peer's word counts after a takeover too, and whoever it outranks is silent`() {
        let standby = Bench().started(Bench.settings())
        standby.converge()
        standby.handle(.peerReported(active: ["lan"], superior: ["lan"]))
        standby.expire()
        standby.converge()
        standby.pass(.seconds(5))
        #expect(Self.splitBrain(standby)?.evidence == [.peerLink])
        let claim = ElectionEvent.arpReceived(
            interface: "eth0",
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC)
        )
        #expect(standby.handle(claim).frames == [])
        #expect(Self.splitBrain(standby)?.evidence == [.peerLink, .neighbour])
        standby.handle(.peerReported(active: []))
        standby.pass(.seconds(5))
        #expect(standby.handle(claim).frames == [Self.announcement])
    }

    @Test func `an owner that goes on claiming is answered ever more rarely, and at once when it yields`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        let claim = ElectionEvent.arpReceived(
            interface: "eth0",
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC)
        )
        #expect(bench.handle(claim).frames == [Self.announcement])
        for _ in 0..<600 {
            bench.pass(.milliseconds(100))
            bench.handle(claim)
        }
        var frames = 0
        for _ in 0..<600 {
            frames += bench.pass(.milliseconds(100)).frames.count
            frames += bench.handle(claim).frames.count
        }
        #expect((5...8).contains(frames), "six in a minute, when it has gone on for one")
        #expect(bench.router?.statistics.addressConflicts == 1_201)
        // The last word of one that yields: what it has claimed until now has to be put right.
        #expect(bench.hear(50).frames == [Self.announcement])
    }

    @Test func `what an operator should know is said in words`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        bench.handle(.peerReported(active: ["lan"]))
        bench.handle(
            .arpReceived(interface: "eth0", ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC))
        )
        let texts = bench.router?.findings.map(\.description) ?? []
        #expect(texts.contains { $0.hasPrefix("\(Bench.peerMAC) claims 192.0.2.100 too, seen 1 time(s)") })
        #expect(texts.contains { $0.hasPrefix("two owners for") && $0.hasSuffix("by the peer link, neighbour claims") })
        #expect(
            "\(ElectionReport.Finding.interfaceUnusable(.noCarrier))"
                == "the interface cannot be used: it has no carrier"
        )
    }

    @Test func `a claim in ARP tells of another owner, unless both have the address by agreement`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        let claim = ElectionEvent.arpReceived(
            interface: "eth0",
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC)
        )
        bench.handle(.handOver(routers: ["lan"], until: bench.now + .seconds(1)))
        bench.handle(claim)
        #expect(bench.router?.findings == [])
        bench.handle(.cancelHandOver(routers: ["lan"]))
        bench.handle(claim)
        #expect(Self.splitBrain(bench)?.evidence == [.neighbour])
    }

    @Test func `a claim in a neighbour advertisement is announced against and named`() throws {
        let addresses = ["fe80::5e:33/64", "2001:db8::100/64"]
        let bench = Bench()
        bench.interface?.linkLocal = IPAddress("fe80::2")?.ipv6
        bench.started(Bench.settings(addresses: addresses))
        bench.converge()
        bench.expire()
        bench.converge()
        bench.pass(.seconds(5))
        let target = try #require(IPAddress("2001:db8::100")?.ipv6)
        let own = NeighbourAdvertisement(target: target, mac: Bench.mac)
        #expect(bench.handle(.neighbourAdvertised(interface: "eth0", own)).frames == [])
        let claim = NeighbourAdvertisement(target: target, mac: Bench.peerMAC)
        #expect(bench.handle(.neighbourAdvertised(interface: "eth0", claim)).frames.count == 2)
        #expect(Self.splitBrain(bench)?.evidence == [.neighbour])
        #expect(bench.router?.statistics.addressConflicts == 1)
    }
}
