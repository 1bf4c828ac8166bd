import DirectorCore
import Primitives
import Testing
import VRRP

struct ElectionCoreTests {
    static let announcement = Announcement.frame(.v4(IPv4Address(192, 0, 2, 100)), at: Bench.mac)

    @Test func `claims nothing before the interface is known to be up`() {
        let bench = Bench().started(Bench.settings())
        #expect(bench.disposition == .asFound)
        #expect(bench.core.deadline == nil)
        #expect(bench.router?.findings == [.interfaceUnusable(.unknown)])
        bench.interface?.hasCarrier = false
        bench.look()
        #expect(bench.state == .initialize)
        #expect(bench.router?.findings == [.interfaceUnusable(.noCarrier)])
        bench.now = bench.now + .seconds(60)
        bench.interface?.hasCarrier = true
        bench.look()
        #expect(bench.state == .backup)
        #expect(bench.core.deadline == bench.now + Bench.down())
    }

    @Test(arguments: [
        ElectionReport.InterfaceFault.missing, .down, .noCarrier, .noPrimaryAddress, .noSockets, .unproved,
    ])
    func `an unusable interface ends the claim at once`(_ fault: ElectionReport.InterfaceFault) {
        let bench = Bench.active()
        switch fault {
        case .missing: bench.interface = nil
        case .down: bench.interface?.isUp = false
        case .noCarrier: bench.interface?.hasCarrier = false
        case .noPrimaryAddress: bench.interface?.primaryIPv4 = nil
        case .noSockets: bench.interface?.hearing = [.ipv6]
        case .unproved:
            bench.interface?.hearing = [.ipv6]
            bench.interface?.proving = [.ipv4]
        case .unknown: return
        }
        let effects = bench.look()
        #expect(effects.priorities == [], "nothing can be sent there")
        #expect(bench.state == .initialize)
        #expect(bench.router?.reason == .interfaceUnusable)
        #expect(bench.router?.findings == [.interfaceUnusable(fault)])
        #expect(bench.disposition == .absent)
    }

    @Test func `takes over in order: demand, advertise, publish, and announce once the address is there`() throws {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        #expect(bench.state == .backup)
        #expect(bench.disposition == .absent)
        let takeover = bench.expire()
        #expect(bench.now == Bench.start + Bench.down())
        #expect(takeover.count == 3)
        #expect(takeover.priorities == [100])
        guard case .demandAddresses(let demand) = takeover[0], case .sendAdvertisement = takeover[1],
            case .publish(let report) = takeover[2]
        else {
            Issue.record("wrong order: \(takeover)")
            return
        }
        #expect(demand.entries.map(\.disposition) == [.present])
        #expect(report.routers.first?.state == .active)
        #expect(report.isActive(for: .v4(IPv4Address(192, 0, 2, 100))))
        // An older picture of the kernel, from before the claim, announces nothing.
        let old = AddressReport(
            generation: demand.generation - 1,
            interfaces: bench.interface.map { [$0] } ?? [],
            held: [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        )
        #expect(bench.handle(.addressesReported(old)).frames == [])
        #expect(bench.converge().frames == [Self.announcement])
        #expect(bench.pass(.seconds(4)).frames == Array(repeating: Self.announcement, count: 4))
        #expect(bench.pass(.seconds(60)).frames == [Self.announcement])
    }

    @Test func `what has to be done does not wait for the report of it`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        bench.now = bench.now + Bench.down()
        let takeover = bench.core.act(on: .deadlineReached, at: bench.now)
        #expect(takeover.priorities == [100])
        #expect(takeover.count == 2, "the demand, and no report")
        let reports = bench.core.reports(at: bench.now)
        guard case .publish(let report) = reports.first else {
            Issue.record("no report: \(reports)")
            return
        }
        #expect(reports.count == 1)
        #expect(report.routers.first?.state == .active)
        #expect(bench.core.reports(at: bench.now) == [], "nothing has happened since")
    }

    @Test(arguments: [ElectionEvent.stopRequested, .configurationReplaced(ElectionSettings(routers: []))])
    func `who lets go says so before the address is taken away`(_ event: ElectionEvent) throws {
        let bench = Bench.active()
        let effects = bench.handle(event)
        #expect(effects.priorities == [0])
        let word = try #require(effects.firstIndex { if case .sendAdvertisement = $0 { true } else { false } })
        let demand = try #require(effects.firstIndex { if case .demandAddresses = $0 { true } else { false } })
        #expect(word < demand)
    }

    @Test func `a restarted director keeps a found address silently until its timer runs out`() {
        let bench = Bench().started(Bench.settings())
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        bench.look()
        #expect(bench.state == .backup)
        #expect(bench.disposition == .asFound)
        #expect(bench.router?.findings == [.keepingFoundAddress])
        let claim = bench.expire()
        #expect(claim.priorities == [100])
        #expect(bench.disposition == .present)
        #expect(bench.converge().frames == [Self.announcement])
    }

    @Test func `a restarted director drops a found address once somebody is heard`() {
        let bench = Bench().started(Bench.settings(priority: 200))
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        bench.look()
        bench.hear(0)
        #expect(bench.disposition == .asFound, "who gives up claims nothing")
        // Even of lower priority: it is Active now, and this director takes over when its timer runs out.
        bench.hear(10)
        #expect(bench.disposition == .absent)
        #expect(bench.converge().frames == [])
        #expect(bench.router?.findings == [])
    }

    @Test(arguments: [(Interval.milliseconds(40), true), (.milliseconds(400), false)])
    func `a restarted director that heard somebody before its interface could be used keeps nothing`(
        before: Interval,
        isTaken: Bool,
    ) {
        let bench = Bench().started(Bench.settings())
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        bench.hear(200)
        bench.pass(before)
        bench.look()
        #expect(bench.disposition == (isTaken ? .absent : .asFound))
        #expect(bench.core.deadline == bench.now + (isTaken ? Bench.down() : Bench.down() - .milliseconds(200)))
    }

    /// The peer's Active_Down_Timer runs since before the crash, so a whole one of one's own would always come too late.
    @Test func `a restarted director that finds its address is back before its peer takes over`() {
        let bench = Bench().started(Bench.settings())
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        bench.look()
        let wait = Bench.down() - .milliseconds(200)
        #expect(bench.core.deadline == bench.now + wait)
        bench.pass(wait)
        #expect(bench.state == .active)
    }

    @Test func `a director that finds nothing waits for the whole Active_Down_Interval`() {
        let bench = Bench().started(Bench.settings())
        bench.look()
        #expect(bench.core.deadline == bench.now + Bench.down())
    }

    @Test func `a director that cannot serve yet leaves a lower priority alone until it can`() {
        let bench = Bench()
        bench.handle(.preemptionDeferred(true))
        bench.started(Bench.settings(priority: 200))
        bench.look()
        for _ in 0..<20 {
            bench.hear(10)
            bench.pass(.milliseconds(100))
            #expect(bench.state == .backup)
        }
        bench.handle(.preemptionDeferred(false))
        for _ in 0..<4 {
            bench.hear(10)
            bench.pass(.milliseconds(100))
        }
        #expect(bench.state == .active)
    }

    @Test func `a director that cannot serve yet takes over all the same when nobody else is there`() {
        let bench = Bench()
        bench.handle(.preemptionDeferred(true))
        bench.started(Bench.settings())
        bench.look()
        bench.pass(Bench.down())
        #expect(bench.state == .active)
    }

    @Test func `yields to a higher priority and drops the address`() {
        let bench = Bench.active()
        let effects = bench.hear(101)
        #expect(effects.priorities == [100], "a last word makes the winner announce itself")
        #expect(bench.state == .backup)
        #expect(bench.disposition == .absent)
        #expect(bench.router?.activeRouter == Bench.peer)
        #expect(bench.converge().frames == [])
        #expect(bench.pass(.milliseconds(300)).frames == [])
    }

    @Test func `asserts itself against a lower priority and announces again`() {
        let bench = Bench.active()
        bench.pass(.milliseconds(50))
        bench.pass(.seconds(5))
        let effects = bench.hear(99)
        #expect(effects.priorities == [100])
        #expect(effects.frames == [Self.announcement])
    }

    @Test func `stops with priority 0, then removal, then the end`() {
        let bench = Bench.active()
        let effects = bench.handle(.stopRequested)
        #expect(effects.priorities == [0])
        #expect(bench.disposition == .lingering, "off the interface, and late packets are still forwarded")
        #expect(!effects.contains(.stopped))
        #expect(!bench.converge().contains(.stopped))
        let asked = bench.now
        bench.expire()
        #expect(bench.now == asked + .seconds(1))
        #expect(bench.disposition == .absent)
        let end = bench.converge()
        #expect(end.last == .stopped)
        #expect(bench.handle(.deadlineReached) == [])
        #expect(bench.core.deadline == nil)
    }

    @Test func `a stop does not wait for ever`() {
        let bench = Bench.active()
        bench.handle(.stopRequested)
        #expect(bench.pass(.seconds(2)).last == .stopped)
        #expect(bench.now - Bench.start < .seconds(3))
    }

    @Test func `a filtered advertisement is named and moves nothing`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        let deadline = bench.core.deadline
        let first = bench.now
        bench.hear(200, path: .packetSocket)
        #expect(bench.router?.activeRouter == nil)
        #expect(bench.core.deadline == first + .milliseconds(200))
        bench.expire()
        #expect(bench.core.deadline == deadline)
        #expect(bench.router?.findings == [.filteredAdvertisements(from: Bench.peer, since: first)])
        #expect(bench.router?.statistics.filteredAdvertisements == 1)
        // The filter is gone: both sockets have it, in either order.
        bench.hear(200, path: .packetSocket)
        bench.hear(200)
        #expect(bench.router?.findings == [])
        bench.hear(200)
        bench.hear(200, path: .packetSocket)
        bench.pass(.milliseconds(250))
        #expect(bench.router?.findings == [])
        #expect(bench.router?.statistics.filteredAdvertisements == 1)
    }

    @Test func `another machine's claim in ARP is announced against and named`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        let claim = ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.peerMAC)
        #expect(bench.handle(.arpReceived(interface: "eth0", claim)).frames == [Self.announcement])
        #expect(bench.router?.statistics.addressConflicts == 1)
        guard case .addressConflict(let conflict) = bench.router?.findings.first else {
            Issue.record("no conflict in \(String(describing: bench.router?.findings))")
            return
        }
        #expect(conflict.mac == Bench.peerMAC)
        // Its own announcement, a probe and another address are no claims.
        for harmless in [
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 100), at: Bench.mac),
            ARPPacket.probe(for: IPv4Address(192, 0, 2, 100), from: Bench.peerMAC),
            ARPPacket.gratuitous(IPv4Address(192, 0, 2, 101), at: Bench.peerMAC),
        ] {
            #expect(bench.handle(.arpReceived(interface: "eth0", harmless)).frames == [])
        }
        #expect(bench.router?.statistics.addressConflicts == 1)
        bench.pass(.seconds(70))
        #expect(bench.router?.findings == [])
    }

    @Test func `counts what it rejects`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        let before = bench.core.deadline
        bench.hear(200, timeToLive: 254)
        bench.hear(200, Bench.settings(identifier: 52))
        bench.handle(
            .packetReceived(
                ReceivedPacket(
                    interface: "eth0",
                    payload: [0x31, 51],
                    source: Bench.peer,
                    destination: Bench.group,
                    timeToLive: 255,
                    receivedAt: bench.now
                )
            )
        )
        bench.handle(
            .packetReceived(
                ReceivedPacket(
                    interface: "eth0",
                    payload: bench.advertisement(200),
                    source: .v4(Bench.own),
                    destination: Bench.group,
                    timeToLive: 255,
                    receivedAt: bench.now
                )
            )
        )
        let report = bench.wholeReport
        #expect(
            report.rejections.occurred.map(\.cause) == [
                .wrongTimeToLive, .truncated, .wrongChecksum, .unknownVirtualRouter,
            ]
        )
        #expect(report.rejections.total == 4)
        #expect(bench.core.deadline == before)
    }

    @Test func `the owner claims at once and keeps its address at the end`() {
        let bench = Bench().started(Bench.settings(priority: 255))
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)), isMarked: false)]
        let effects = bench.look()
        #expect(effects.priorities == [255])
        #expect(bench.look().frames == [Self.announcement])
        bench.handle(.stopRequested)
        #expect(bench.disposition == .unclaimed)
        #expect(bench.look().last == .stopped)
    }

    @Test func `a differing list and a differing interval are named`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        var other = Bench.settings(addresses: ["192.0.2.101/24"])
        other.advertisementInterval = .seconds(1)
        bench.hear(200, other)
        #expect(
            bench.router?.findings == [
                .addressListMismatch(from: Bench.peer), .intervalMismatch(from: Bench.peer, .seconds(1)),
            ]
        )
        #expect(bench.core.deadline == bench.now + Bench.down() * 10)
    }

    @Test func `counters alone are published once a second`() {
        let bench = Bench.active()
        var reports = 0
        for effect in bench.pass(.seconds(10)) {
            if case .publish = effect { reports += 1 }
        }
        #expect((9...11).contains(reports))
    }
}
