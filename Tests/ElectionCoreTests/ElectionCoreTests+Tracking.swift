import DirectorCore
import Primitives
import Testing
import VRRP

/// Interfaces, services, files and scripts as weight and as fault; groups; the dampened carrier.
@Suite struct ElectionTrackingTests {
    static let service = TrackSettings.Subject.service("http")
    static let file = TrackSettings.Subject.file("/run/standby")

    static func tracking(_ tracks: TrackSettings..., priority: UInt8 = 100) -> VirtualRouterSettings {
        var settings = Bench.settings(priority: priority)
        settings.tracks = tracks
        return settings
    }

    static func fails(_ subjects: TrackSettings.Subject..., source: TrackSettings.Source = .machine) -> ElectionEvent {
        .trackReported(source, subjects.map { TrackSettings.Failure($0, "seen") })
    }

    @Test func `a failure with a weight lowers the priority while it lasts, and tells the peer`() {
        let track = TrackSettings(Self.file, .weight(30))
        let bench = Bench.active(Self.tracking(track))
        bench.handle(Self.fails(Self.file))
        #expect(bench.state == .active)
        #expect(bench.router?.priority == 70)
        #expect(bench.router?.findings == [.trackFailed(track, evidence: "seen")])
        #expect(bench.pass(.milliseconds(100)).priorities == [70])
        bench.handle(Self.fails())
        #expect(bench.router?.priority == 100)
        #expect(bench.router?.findings == [])
        #expect(bench.pass(.milliseconds(100)).priorities == [100])
    }

    @Test func `weights add up and leave 1 at least, and never raise an owner or lower it`() {
        let tracks = [TrackSettings(Self.file, .weight(60)), TrackSettings(Self.service, .weight(60))]
        let settings = Bench.settings(priority: 100)
        #expect(settings.weakened(by: []).priority == 100)
        #expect(settings.weakened(by: [tracks[0]]).priority == 40)
        #expect(settings.weakened(by: tracks).priority == 1)
        #expect(Bench.settings(priority: 255).weakened(by: tracks).priority == 255)
    }

    @Test func `a failure without a weight is a fault: resignation, and nothing until it is over`() {
        let track = TrackSettings(Self.service, .fault)
        let bench = Bench.active(Self.tracking(track))
        let effects = bench.handle(Self.fails(Self.service, source: .cluster))
        #expect(effects.priorities == [0])
        #expect(bench.state == .initialize)
        #expect(bench.router?.reason == .trackedFault)
        #expect(bench.disposition == .absent)
        bench.converge()
        #expect(bench.pass(.seconds(10)).priorities == [])
        #expect(bench.state == .initialize)
        bench.handle(Self.fails(source: .cluster))
        #expect(bench.state == .backup)
        bench.pass(.milliseconds(400))
        #expect(bench.state == .active)
    }

    @Test func `what a router does not track does not move it`() {
        let bench = Bench.active(Self.tracking(TrackSettings(Self.file, .fault)))
        bench.handle(Self.fails(.file("/run/other"), .interface("eth7")))
        #expect(bench.state == .active)
        #expect(bench.router?.findings == [])
    }

    @Test func `one source's silence is not the other's`() {
        let bench = Bench.active(Self.tracking(TrackSettings(Self.file, .weight(10)), .init(Self.service, .weight(20))))
        bench.handle(Self.fails(Self.file))
        bench.handle(Self.fails(Self.service, source: .cluster))
        #expect(bench.router?.priority == 70)
        bench.handle(Self.fails(source: .cluster))
        #expect(bench.router?.priority == 90)
    }

    @Test func `a reload keeps what fails, and drops what is no longer tracked`() {
        let bench = Bench.active(Self.tracking(TrackSettings(Self.file, .weight(10))))
        bench.handle(Self.fails(Self.file))
        let heavier = Self.tracking(TrackSettings(Self.file, .weight(40)))
        bench.handle(.configurationReplaced(ElectionSettings(routers: [heavier])))
        #expect(bench.router?.priority == 60)
        bench.handle(.configurationReplaced(ElectionSettings(routers: [Bench.settings()])))
        #expect(bench.router?.priority == 100)
        #expect(bench.state == .active)
    }

    static func group(_ first: UInt8 = 100, _ second: UInt8 = 100) -> [VirtualRouterSettings] {
        var lan = Bench.settings(priority: first)
        var wan = Bench.settings("wan", identifier: 52, priority: second, addresses: ["192.0.2.101/24"])
        lan.syncGroup = "site"
        wan.syncGroup = "site"
        wan.tracks = [TrackSettings(Self.file, .fault)]
        return [lan, wan]
    }

    static func grouped() -> Bench {
        let bench = Bench()
        bench.handle(.started(ElectionSettings(routers: group())))
        bench.converge()
        return bench
    }

    static func states(_ bench: Bench) -> [VirtualRouter.StateName] { bench.wholeReport.routers.map(\.state) }

    @Test func `the routers of a group become Active together`() {
        let bench = Self.grouped()
        bench.pass(.milliseconds(400))
        #expect(Self.states(bench) == [.active, .active])
    }

    @Test func `a fault of one takes the whole group out, and its end brings it back`() {
        let bench = Self.grouped()
        bench.pass(.milliseconds(400))
        bench.converge()
        #expect(bench.handle(Self.fails(Self.file)).priorities == [0, 0])
        #expect(Self.states(bench) == [.initialize, .initialize])
        #expect(bench.wholeReport.routers.map(\.reason) == [.groupFault, .trackedFault])
        bench.handle(Self.fails())
        #expect(Self.states(bench) == [.backup, .backup])
        bench.pass(.milliseconds(400))
        #expect(Self.states(bench) == [.active, .active])
    }

    @Test func `one whose Active Router is heard keeps the other in Backup`() {
        let bench = Self.grouped()
        for _ in 0..<20 {
            bench.hear(200)
            bench.pass(.milliseconds(100))
        }
        #expect(Self.states(bench) == [.backup, .backup])
        // Alone it would have taken over long ago; when the peer falls silent both do.
        bench.pass(.seconds(1))
        #expect(Self.states(bench) == [.active, .active])
    }

    @Test func `a group that wakes up late takes over together, and soon`() {
        let routers = Self.group()
        for lateness in stride(from: Int64(0), through: 300, by: 10).map(Interval.milliseconds) {
            let bench = Self.grouped()
            for settings in routers { bench.hear(200, settings) }
            let due = bench.now + Bench.down()
            bench.now = due + lateness
            bench.handle(.deadlineReached)
            bench.pass(.milliseconds(50))
            #expect(Self.states(bench) == [.active, .active], "late by \(lateness)")
        }
    }

    @Test func `routers of no group or of two move alone`() {
        var routers = Self.group()
        routers[1].syncGroup = "other"
        let bench = Bench()
        bench.handle(.started(ElectionSettings(routers: routers)))
        bench.converge()
        bench.pass(.milliseconds(400))
        bench.handle(Self.fails(Self.file))
        #expect(Self.states(bench) == [.active, .initialize])
    }

    static func dampened() -> Bench {
        var settings = Bench.settings()
        settings.carrierDelay = .seconds(2)
        return Bench.active(settings)
    }

    @Test func `a short loss of the carrier does not count, a long one does`() {
        let bench = Self.dampened()
        bench.interface?.hasCarrier = false
        bench.look()
        bench.pass(.seconds(1))
        #expect(bench.state == .active)
        bench.interface?.hasCarrier = true
        bench.look()
        bench.pass(.seconds(5))
        #expect(bench.state == .active)
        bench.interface?.hasCarrier = false
        bench.look()
        bench.pass(.seconds(2))
        #expect(bench.state == .initialize)
        #expect(bench.router?.reason == .interfaceUnusable)
    }

    @Test func `a carrier that comes back has to stay before it counts`() {
        let bench = Self.dampened()
        bench.interface?.hasCarrier = false
        bench.look()
        bench.pass(.seconds(3))
        for _ in 0..<5 {
            bench.interface?.hasCarrier = true
            bench.look()
            bench.pass(.milliseconds(1_500))
            #expect(bench.state == .initialize)
            bench.interface?.hasCarrier = false
            bench.look()
            bench.pass(.milliseconds(100))
        }
        bench.interface?.hasCarrier = true
        bench.look()
        bench.pass(.seconds(2))
        #expect(bench.state == .backup)
    }

    @Test func `without a delay the carrier counts at once`() {
        let bench = Bench.active()
        bench.interface?.hasCarrier = false
        bench.look()
        #expect(bench.state == .initialize)
    }

    @Test func `a service that is answered all the same weakens a router and takes none out of the election`() {
        let answered = ElectionEvent.trackReported(
            .cluster,
            [TrackSettings.Failure(Self.service, "down: sorry-in-use", isAnswered: true)]
        )
        let fault = Bench.active(Self.tracking(TrackSettings(Self.service, .fault)))
        fault.handle(answered)
        #expect(fault.state == .active)
        #expect(fault.router?.priority == 1, "a director that sees better takes over")
        fault.handle(Self.fails(Self.service, source: .cluster))
        #expect(fault.state == .initialize)
        let weight = Bench.active(Self.tracking(TrackSettings(Self.service, .weight(30))))
        weight.handle(answered)
        #expect(weight.state == .active)
        #expect(weight.router?.priority == 70)
    }

    @Test func `a group whose carrier is back for long enough comes back whole`() {
        for hasOwnInterface in [false, true] {
            var routers = Self.group()
            for index in routers.indices { routers[index].carrierDelay = .seconds(2) }
            // The other one's own link was there all the time.
            if hasOwnInterface { routers[1].carrierDelay = .zero }
            let bench = Bench()
            bench.handle(.started(ElectionSettings(routers: routers)))
            bench.converge()
            bench.pass(.seconds(1))
            #expect(Self.states(bench) == [.active, .active])
            bench.interface?.hasCarrier = false
            bench.look()
            bench.pass(.seconds(3))
            #expect(Self.states(bench) == [.initialize, .initialize])
            bench.interface?.hasCarrier = true
            bench.look()
            bench.pass(.milliseconds(1_900))
            #expect(Self.states(bench) == [.initialize, .initialize])
            bench.pass(.milliseconds(200))
            #expect(Self.states(bench) == [.backup, .backup])
            bench.pass(.milliseconds(400))
            #expect(Self.states(bench) == [.active, .active])
        }
    }

    @Test func `a change of the carrier is not waited for on an interface that is down or gone`() {
        for isGone in [false, true] {
            let bench = Self.dampened()
            bench.interface?.hasCarrier = false
            bench.look()
            bench.pass(.seconds(1))
            let interface = bench.interface
            if isGone { bench.interface = nil } else { bench.interface?.isUp = false }
            bench.look()
            #expect(bench.state == .initialize)
            bench.pass(.seconds(10))
            #expect(bench.core.deadline.map { $0 > bench.now } ?? true, "nobody is kept busy")
            bench.interface = interface
            bench.interface?.isUp = true
            bench.look()
            bench.pass(.seconds(5))
            #expect(bench.state == .initialize, "there is no carrier yet, whatever was remembered")
            bench.interface?.hasCarrier = true
            bench.look()
            bench.pass(.milliseconds(1_900))
            #expect(bench.state == .initialize, "it has not lasted yet")
            bench.pass(.milliseconds(200))
            #expect(bench.state == .backup)
        }
    }
}
