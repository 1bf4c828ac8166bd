import Primitives
import Testing
import VRRP

/// Every row of RFC 9568 section 6.4: each event in each state, with its exact effects and the state after it.
@Suite(.tags(.rfc9568))
struct VirtualRouterTests {
    typealias Effect = VirtualRouter.Effect
    typealias State = VirtualRouter.State

    static let start = MonotonicInstant(nanoseconds: 1_000_000_000)
    static let own = Vectors.address("192.0.2.2")
    static let lower = Vectors.address("192.0.2.1")
    static let higher = Vectors.address("192.0.2.3")
    static let interval = Interval.milliseconds(100)

    static func settings(_ priority: UInt8 = 100, preempt: Bool = true) -> VirtualRouterSettings {
        var settings = VirtualRouterSettings(
            name: "lan",
            virtualRouterIdentifier: 51,
            interface: "eth0",
            addresses: [Prefix(host: Vectors.address("192.0.2.100"))]
        )
        settings.priority = priority
        settings.preemptMode = preempt
        return settings
    }

    static func advertisement(_ priority: UInt8, centiseconds: UInt16 = 10) -> Advertisement {
        var advertisement = Advertisement(of: settings(), priority: priority)
        advertisement.form = .version3(maxAdvertiseInterval: centiseconds)
        return advertisement
    }

    /// Three intervals and the skew of a priority.
    static func down(_ priority: UInt8, of interval: Interval = interval) -> Interval {
        interval * 3 + interval * Int64(256 - Int(priority)) / 256
    }

    static func initialize(_ priority: UInt8 = 100, preempt: Bool = true) -> Subject {
        Subject(settings(priority, preempt: preempt), at: start)
    }

    static func backup(_ priority: UInt8 = 100, preempt: Bool = true) -> Subject {
        let router = initialize(priority, preempt: preempt)
        _ = router.handle(.startup(primaryAddress: own), at: start)
        if priority == 255 { _ = router.handle(.resumedLate, at: start) }
        return router
    }

    static func active(_ priority: UInt8 = 100) -> Subject {
        let router = backup(priority)
        _ = router.handle(.deadlineReached, at: start + down(priority))
        return router
    }

    @Test func `Initialize, startup, becomes Backup with its own interval`() {
        let router = Self.initialize()
        #expect(
            router.handle(.startup(primaryAddress: Self.own), at: Self.start) == [
                .transitioned(from: .initialize, to: .backup, .interfaceUsable)
            ]
        )
        #expect(
            router.state
                == .backup(
                    activeDownTimer: Self.start + Self.down(100),
                    activeAdverInterval: Self.interval,
                    onExpiry: .nobodyHeard
                )
        )
        #expect(router.deadline == Self.start + Self.down(100))
    }

    @Test func `Initialize, startup of the owner, becomes Active at once`() {
        let router = Self.initialize(255)
        #expect(
            router.handle(.startup(primaryAddress: Self.own), at: Self.start) == [
                .sendAdvertisement(priority: 255),
                .transitioned(from: .initialize, to: .active, .addressOwner),
            ]
        )
        #expect(router.state == .active(adverTimer: Self.start + Self.interval))
    }

    @Test func `Initialize ignores everything else`() {
        let events: [VirtualRouter.Event] = [
            .shutdown(.stopRequested), .advertisementReceived(Self.advertisement(0), from: Self.lower),
            .advertisementReceived(Self.advertisement(255), from: Self.higher), .deadlineReached, .resumedLate,
            .primaryAddressChanged(Self.own), .groupYielded,
        ]
        for event in events {
            let router = Self.initialize()
            #expect(router.handle(event, at: Self.start) == [])
            #expect(router.state == .initialize)
            #expect(router.deadline == nil)
            #expect(router.lateAfter == nil)
        }
        let router = Self.initialize()
        #expect(router.handle(.reconfigured(Self.settings(7)), at: Self.start) == [])
        #expect(router.settings.priority == 7)
    }

    @Test func `Backup, shutdown, becomes Initialize without a word`() {
        let router = Self.backup()
        #expect(
            router.handle(.shutdown(.stopRequested), at: Self.start) == [
                .transitioned(from: .backup, to: .initialize, .stopRequested)
            ]
        )
        #expect(router.state == .initialize)
    }

    @Test func `Backup, timer runs out, becomes Active and advertises first`() {
        let router = Self.backup()
        let now = Self.start + Self.down(100)
        #expect(router.handle(.deadlineReached, at: now - .nanoseconds(1)) == [])
        #expect(
            router.handle(.deadlineReached, at: now) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .backup, to: .active, .nobodyHeard),
            ]
        )
        #expect(router.state == .active(adverTimer: now + Self.interval))
        #expect(router.since == now)
        #expect(router.activeRouter == .init(address: Self.own, priority: 100))
    }

    @Test func `Backup, priority 0, waits for the skew alone`() {
        let router = Self.backup()
        let now = Self.start + .milliseconds(50)
        #expect(router.handle(.advertisementReceived(Self.advertisement(0), from: Self.lower), at: now) == [])
        let skew = Self.interval * 156 / 256
        #expect(router.deadline == now + skew)
        #expect(
            router.handle(.deadlineReached, at: now + skew).last
                == .transitioned(from: .backup, to: .active, .activeRouterGaveUp)
        )
        #expect(router.statistics.priorityZeroReceived == 1)
    }

    @Test(arguments: [UInt8(100), 101, 255])
    func `Backup, equal or higher priority, learns the interval and waits`(_ priority: UInt8) {
        let router = Self.backup()
        let now = Self.start + .milliseconds(200)
        let heard = Self.advertisement(priority, centiseconds: 50)
        // A Backup Router obeys an equal priority whatever the address: the tie-break belongs to Active.
        #expect(router.handle(.advertisementReceived(heard, from: Self.lower), at: now) == [])
        #expect(
            router.state
                == .backup(
                    activeDownTimer: now + Self.down(100, of: .milliseconds(500)),
                    activeAdverInterval: .milliseconds(500),
                    onExpiry: .activeRouterSilent
                )
        )
        #expect(router.activeRouter == .init(address: Self.lower, priority: priority))
    }

    @Test func `Backup, lower priority with preemption, lets the timer run out`() {
        let router = Self.backup()
        let heard = Self.advertisement(99, centiseconds: 50)
        #expect(
            router.handle(.advertisementReceived(heard, from: Self.higher), at: Self.start + .milliseconds(200)) == []
        )
        #expect(router.deadline == Self.start + Self.down(100))
        #expect(
            router.handle(.deadlineReached, at: Self.start + Self.down(100)).last
                == .transitioned(from: .backup, to: .active, .preemption)
        )
    }

    @Test func `Backup, lower priority without preemption, obeys`() {
        let router = Self.backup(preempt: false)
        let now = Self.start + .milliseconds(200)
        #expect(router.handle(.advertisementReceived(Self.advertisement(1), from: Self.lower), at: now) == [])
        #expect(router.deadline == now + Self.down(100))
    }

    @Test func `Backup, the owner preempts whatever Preempt_Mode says`() {
        let router = Self.backup(255, preempt: false)
        let before = router.deadline
        let heard = VirtualRouter.Event.advertisementReceived(Self.advertisement(254), from: Self.lower)
        #expect(router.handle(heard, at: Self.start + .milliseconds(200)) == [])
        #expect(router.deadline == before)
    }

    @Test func `Backup, resumed late, waits for a whole interval more`() {
        let router = Self.backup()
        let now = Self.start + .seconds(10)
        #expect(router.lateAfter == Self.start + Self.down(100) * 2)
        #expect(router.handle(.resumedLate, at: now) == [])
        #expect(router.deadline == now + Self.down(100))
    }

    @Test func `Backup, itself late when the Active Router is silent, listens once for three times as long`() {
        /// A Backup Router that heard the Active Router at the start, and how its timer's end goes.
        func late(_ lateness: Interval) -> (router: Subject, effects: [VirtualRouter.Effect], now: MonotonicInstant) {
            let router = Self.backup()
            _ = router.handle(.advertisementReceived(Self.advertisement(200), from: Self.higher), at: Self.start)
            let now = Self.start + Self.down(100) + lateness
            return (router, router.handle(.deadlineReached, at: now), now)
        }
        let interval = Self.interval
        #expect(!late(.zero).effects.isEmpty)
        #expect(!late(interval / 20 - .nanoseconds(1)).effects.isEmpty, "every thread wakes up after its time")
        let (router, effects, now) = late(interval / 20)
        #expect(effects.isEmpty)
        #expect(router.deadline == now + interval / 20 * 3)
        let longest = Self.start + Self.down(100) + interval + interval / 2
        #expect(late(interval).router.deadline == longest, "half an interval at most")
        // What was on its way is heard, and the next silence has its moment again.
        let heard = VirtualRouter.Event.advertisementReceived(Self.advertisement(200), from: Self.higher)
        #expect(router.handle(heard, at: now + .milliseconds(1)).isEmpty)
        #expect(router.deadline == now + .milliseconds(1) + Self.down(100))
        let next = now + .milliseconds(1) + Self.down(100) + interval / 10
        #expect(router.handle(.deadlineReached, at: next).isEmpty)
        // Nothing comes: it waits no third time, however late it is again.
        #expect(router.handle(.deadlineReached, at: next + interval).contains(.sendAdvertisement(priority: 100)))
        #expect(router.reason == .activeRouterSilent)
    }

    @Test func `Backup, itself late again after a reload, has listened on once already`() {
        let router = Self.backup()
        _ = router.handle(.advertisementReceived(Self.advertisement(200), from: Self.higher), at: Self.start)
        let late = Self.start + Self.down(100) + Self.interval / 10
        #expect(router.handle(.deadlineReached, at: late).isEmpty)
        #expect(router.handle(.reconfigured(Self.settings(120)), at: late).isEmpty)
        guard let due = router.deadline else { return }
        #expect(!router.handle(.deadlineReached, at: due + Self.interval).isEmpty)
        #expect(router.reason == .activeRouterSilent)
    }

    @Test func `Backup, itself late, waits for nobody who gave up, was never heard, or is its lesser`() {
        for (advertisement, reason): (Advertisement?, TransitionReason) in [
            (nil, .nobodyHeard), (Self.advertisement(0), .activeRouterGaveUp), (Self.advertisement(1), .preemption),
        ] {
            let router = Self.backup()
            if let advertisement {
                _ = router.handle(.advertisementReceived(advertisement, from: Self.lower), at: Self.start)
            }
            guard let due = router.deadline else { continue }
            #expect(!router.handle(.deadlineReached, at: due + Self.interval / 2).isEmpty)
            #expect(router.reason == reason)
        }
    }

    @Test func `Backup, new settings, moves the timer by the difference of the skews`() {
        let router = Self.backup()
        #expect(router.handle(.reconfigured(Self.settings(200)), at: Self.start + .milliseconds(10)) == [])
        #expect(router.deadline == Self.start + Self.down(200))
    }

    @Test func `Backup ignores a startup and takes a new address`() {
        let router = Self.backup()
        let before = router.state
        #expect(router.handle(.groupYielded, at: Self.start + .milliseconds(10)) == [])
        #expect(router.handle(.startup(primaryAddress: Self.lower), at: Self.start + .seconds(1)) == [])
        #expect(router.handle(.primaryAddressChanged(Self.higher), at: Self.start + .seconds(1)) == [])
        #expect(router.state == before)
        #expect(router.primaryAddress == Self.higher)
    }

    @Test func `version 2 counts the skew in seconds and keeps its own interval`() {
        var settings = Self.settings(100)
        settings.version = .version2
        settings.advertisementInterval = .seconds(2)
        let router = Subject(settings, at: Self.start)
        _ = router.handle(.startup(primaryAddress: Self.own), at: Self.start)
        let down = Interval.seconds(6) + Interval.seconds(1) * 156 / 256
        #expect(router.deadline == Self.start + down)
        let heard = Advertisement(of: settings, priority: 200)
        let now = Self.start + .seconds(1)
        #expect(router.handle(.advertisementReceived(heard, from: Self.lower), at: now) == [])
        #expect(router.deadline == now + down)
    }

    @Test(arguments: [UInt8(1), 100, 254, 255])
    func `the higher the priority the shorter the skew`(_ priority: UInt8) {
        let router = Self.initialize(priority)
        #expect(router.machine.skewTime(of: .seconds(1)) == Interval.seconds(1) * Int64(256 - Int(priority)) / 256)
        #expect(router.machine.activeDownInterval(of: .seconds(1)) == Self.down(priority, of: .seconds(1)))
    }
}
