import DirectorCore
import Primitives
import Testing
import VRRP

/// The orders of a handover, what lingers after it, and a planned restart.
extension ElectionCoreTests {
    static let patience = Interval.seconds(5)

    /// The Max Advertise Intervals of the advertisements among the effects.
    static func intervals(_ effects: [ElectionEffect]) -> [Interval] {
        effects.compactMap { effect in
            guard case .sendAdvertisement(_, let source, let destination, let payload, _, _) = effect else {
                return nil
            }
            return try? Advertisement.decode(payload[...], from: source, to: destination).advertisement.interval
        }
    }

    @Test func `the successor claims, announces, and says so`() {
        let bench = Bench().started(Bench.settings(priority: 50))
        bench.converge()
        for _ in 0..<5 {
            bench.hear(100)
            bench.pass(.milliseconds(100))
        }
        let effects = bench.handle(.takeOver(routers: ["lan"], until: bench.now + Self.patience))
        #expect(effects.priorities == [50])
        #expect(bench.disposition == .present)
        #expect(bench.router?.isAnnounced == false)
        #expect(bench.router?.reason == .handover)
        #expect(bench.hear(100).priorities == [])
        #expect(bench.state == .active)
        let announced = bench.converge()
        #expect(announced.frames == [Self.announcement])
        #expect(bench.report?.routers.first?.isAnnounced == true)
        bench.pass(.seconds(1))
        #expect(bench.hear(100, at: bench.now).priorities == [])
        #expect(bench.router?.findings == [], "both are Active by agreement")
    }

    @Test func `the last word of an owner that stops is answered although the successor has just announced`() {
        let bench = Bench().started(Bench.settings(priority: 50))
        bench.converge()
        bench.hear(100)
        bench.handle(.takeOver(routers: ["lan"], until: bench.now + Self.patience))
        #expect(bench.converge().frames == [Self.announcement])
        bench.pass(.milliseconds(2))
        #expect(bench.hear(0).frames == [Self.announcement])
        bench.pass(.milliseconds(2))
        #expect(bench.hear(0).frames == [], "a flood is answered ten times a second")
        #expect(bench.pass(.milliseconds(100)).frames == [Self.announcement])
    }

    @Test func `an order for another router moves nothing`() {
        let bench = Bench.active()
        bench.handle(.handOver(routers: ["dmz"], until: bench.now + Self.patience))
        bench.handle(.letGo(routers: ["dmz"]))
        #expect(bench.state == .active)
        #expect(bench.router?.handover == VirtualRouter.Handover.none)
    }

    @Test func `the one before goes on until the acknowledgement, then its address lingers for three seconds`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        let until = bench.now + Self.patience
        bench.handle(.handOver(routers: ["lan"], until: until))
        #expect(bench.router?.handover == .handingOver(until: until))
        #expect(bench.disposition == .present)
        let contended = bench.hear(50)
        #expect(contended.priorities == [] && contended.frames == [])
        let effects = bench.handle(.letGo(routers: ["lan"]))
        #expect(effects.priorities == [])
        #expect(bench.state == .backup)
        #expect(bench.router?.reason == .handedOver)
        #expect(bench.disposition == .lingering)
        bench.converge()
        let letGo = bench.now
        while bench.disposition == .lingering, bench.now < letGo + .seconds(10) {
            bench.hear(50)
            bench.pass(.milliseconds(100))
        }
        #expect(bench.now - letGo == .seconds(3))
        #expect(bench.disposition == .absent)
        #expect(bench.state == .backup, "it leaves its successor alone")
        #expect(bench.router?.findings == [])
    }

    @Test func `a handover without an answer ends with an assertion`() {
        let bench = Bench.active()
        bench.pass(.seconds(5))
        bench.handle(.handOver(routers: ["lan"], until: bench.now + .seconds(1)))
        bench.pass(.milliseconds(995))
        bench.hear(50)
        let effects = bench.pass(.milliseconds(200))
        #expect(effects.frames.first == Self.announcement)
        #expect(bench.state == .active)
        #expect(bench.router?.handover == VirtualRouter.Handover.none)
        bench.handle(.letGo(routers: ["lan"]))
        #expect(bench.state == .active)
    }

    @Test func `nothing is announced while the addresses are handed over`() {
        let bench = Bench.active()
        bench.pass(.seconds(10))
        bench.handle(.handOver(routers: ["lan"], until: bench.now + .seconds(120)))
        #expect(bench.pass(.seconds(110)).frames == [])
        #expect(bench.handle(.cancelHandOver(routers: ["lan"])).frames == [Self.announcement])
    }

    @Test func `an address that comes back while it lingers is claimed again`() {
        let bench = Bench.active()
        bench.handle(.handOver(routers: ["lan"], until: bench.now + Self.patience))
        bench.handle(.letGo(routers: ["lan"]))
        bench.converge()
        bench.handle(.takeOver(routers: ["lan"], until: bench.now + Self.patience))
        #expect(bench.disposition == .present)
        #expect(bench.converge().frames == [Self.announcement])
    }

    @Test func `an order whose time is over is ignored`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        bench.handle(.takeOver(routers: ["lan"], until: bench.now))
        #expect(bench.state == .backup)
        let active = Bench.active()
        active.handle(.handOver(routers: ["lan"], until: active.now))
        #expect(active.router?.handover == VirtualRouter.Handover.none)
    }

    @Test func `a process that slept through a handover demotes before it sends anything`() {
        for takesOver in [false, true] {
            let bench = Bench.active()
            let until = bench.now + Self.patience
            bench.handle(
                takesOver ? .takeOver(routers: ["lan"], until: until) : .handOver(routers: ["lan"], until: until)
            )
            bench.now = bench.now + .seconds(8)
            #expect(bench.isLate)
            let effects = bench.hear(50) + bench.handle(.letGo(routers: ["lan"]))
            #expect(effects.priorities == [] && effects.frames == [])
            #expect(bench.state == .backup)
            #expect(bench.disposition == .absent)
        }
    }

    @Test func `a process that slept while its address lingered demotes nothing and lets it go`() {
        let bench = Bench.active()
        bench.handle(.handOver(routers: ["lan"], until: bench.now + Self.patience))
        bench.handle(.letGo(routers: ["lan"]))
        bench.converge()
        bench.now = bench.now + .seconds(60)
        let effects = bench.hear(50) + bench.handle(.deadlineReached)
        #expect(effects.priorities == [] && effects.frames == [])
        #expect(bench.disposition == .absent)
        #expect(bench.state == .backup)
    }

    @Test func `a planned restart tells the peers three times to wait, and keeps the address`() {
        let bench = Bench.active()
        var effects = bench.handle(.suspend(until: bench.now + .seconds(12)))
        #expect(!effects.contains(.suspended))
        let begin = bench.now
        while let deadline = bench.core.deadline, deadline < begin + .seconds(3), !effects.contains(.suspended) {
            effects += bench.expire()
        }
        #expect(bench.now - begin == .milliseconds(20))
        #expect(Self.intervals(effects) == [.seconds(4), .seconds(4), .seconds(4)])
        #expect(effects.priorities == [100, 100, 100])
        #expect(effects.last == .suspended)
        #expect(bench.disposition == .present)
        #expect(bench.core.deadline == nil)
        #expect(bench.report?.isStopping == true)
    }

    @Test func `version 2 cannot wait for a restart and resigns`() {
        var settings = Bench.settings()
        settings.version = .version2
        settings.advertisementInterval = .seconds(1)
        let bench = Bench.active(settings)
        #expect(bench.state == .active)
        let effects = bench.handle(.suspend(until: bench.now + .seconds(12)))
        #expect(effects.priorities == [0])
        #expect(bench.disposition == .lingering)
        bench.converge()
        bench.pass(.seconds(1))
        #expect(bench.disposition == .absent)
        #expect(bench.converge().last == .suspended)
    }

    @Test func `after a planned restart the addresses that are still there are claimed at once`() {
        let bench = Bench()
        var settings = ElectionSettings(routers: [Bench.settings()])
        settings.resumes = ["lan": bench.now + .seconds(5)]
        bench.handle(.started(settings))
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        #expect(bench.look().priorities == [100])
        #expect(bench.state == .active)
        #expect(bench.router?.reason == .restarted)
        #expect(bench.look().frames == [Self.announcement])
    }

    /// As on a busy machine, where the proof that its sockets receive comes back some turns later.
    @Test func `a restarted director leaves its addresses alone until its sockets are proved`() {
        let bench = Bench()
        let addresses = ["192.0.2.100/24", "fe80::5e:33/64"]
        var settings = ElectionSettings(routers: addresses.map { Bench.settings($0, addresses: [$0]) })
        for index in settings.routers.indices {
            settings.routers[index].syncGroup = "both"
            settings.resumes[addresses[index]] = bench.now + .seconds(5)
        }
        bench.handle(.started(settings))
        bench.held = addresses.compactMap { Prefix($0)?.address }.map { .init(interface: "eth0", address: $0) }
        bench.interface?.linkLocal = IPv6Address("fe80::2")
        var dispositions: [[AddressDemand.Disposition]] = []
        for hearing in [[], [AddressFamily.ipv4], [.ipv4, .ipv6]] {
            bench.interface?.hearing = Set(hearing)
            bench.interface?.proving = Set([.ipv4, .ipv6]).subtracting(hearing)
            bench.converge()
            dispositions.append(bench.demand?.entries.map(\.disposition) ?? [])
        }
        #expect(dispositions == [[.asFound, .asFound], [.present, .asFound], [.present, .present]])
        #expect(bench.report?.routers.map(\.reason) == [.restarted, .restarted])
        // Once it was up, an interface whose new sockets are still to be proved is like any that cannot be used.
        bench.interface?.hearing = []
        bench.interface?.proving = [.ipv4, .ipv6]
        bench.converge()
        #expect(bench.demand?.entries.map(\.disposition) == [.absent, .absent])
    }

    @Test func `a restarted director that hears somebody while its sockets are still to be proved keeps nothing`() {
        let bench = Bench().started(Bench.settings())
        bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))]
        bench.interface?.hearing = []
        bench.interface?.proving = [.ipv4]
        bench.look()
        #expect(bench.disposition == .asFound)
        bench.hear(0)
        #expect(bench.disposition == .asFound, "who gives up claims nothing")
        bench.hear(10)
        #expect(bench.disposition == .absent)
    }

    @Test func `a restart that took too long, or lost its address, waits like any other`() {
        for (isLate, isHeld) in [(true, true), (false, false)] {
            let bench = Bench()
            var settings = ElectionSettings(routers: [Bench.settings()])
            settings.resumes = ["lan": bench.now + .seconds(5)]
            bench.handle(.started(settings))
            if isHeld { bench.held = [.init(interface: "eth0", address: .v4(IPv4Address(192, 0, 2, 100)))] }
            if isLate { bench.now = bench.now + .seconds(5) }
            #expect(bench.look().priorities == [])
            #expect(bench.state == .backup)
        }
    }
}
