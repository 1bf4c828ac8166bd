import Primitives
import Testing
import VRRP

/// Every order of a handover in every state, with its exact effects and the state after it.
extension VirtualRouterTests {
    static let end = start + .seconds(5)
    static let assertion: [Effect] = [.sendAdvertisement(priority: 100), .announce]

    static func hear(_ priority: UInt8, from source: IPAddress = lower) -> VirtualRouter.Event {
        .advertisementReceived(advertisement(priority), from: source)
    }

    /// Active for a moment, and handing over.
    static func handingOver() -> Subject {
        let router = active()
        _ = router.handle(.handOver(until: end), at: start + .seconds(1))
        return router
    }

    @Test(arguments: [
        VirtualRouter.Event.handOver(until: end), .takeOver(until: end), .letGo, .takeOverConcluded(until: end),
        .handOverCancelled, .restarted,
    ])
    func `Initialize has nothing to hand over and takes nothing`(_ event: VirtualRouter.Event) {
        let router = Self.initialize()
        #expect(router.handle(event, at: Self.start) == [])
        #expect(router.state == .initialize)
        #expect(router.handover == .none)
    }

    @Test func `Backup, hand over, has nothing to give`() {
        let router = Self.backup()
        let before = router.state
        #expect(router.handle(.handOver(until: Self.end), at: Self.start) == [])
        #expect(router.state == before)
        #expect(router.handover == .none)
    }

    @Test func `Backup, take over, becomes Active at once and leaves the one before alone`() {
        let router = Self.backup()
        let now = Self.start + .milliseconds(10)
        #expect(
            router.handle(.takeOver(until: Self.end), at: now) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .backup, to: .active, .handover),
            ]
        )
        #expect(router.state == .active(adverTimer: now + Self.interval))
        #expect(router.handover == .takingOver(until: Self.end))
        #expect(router.handle(Self.hear(200, from: Self.higher), at: now + .milliseconds(20)) == [])
        #expect(router.handle(Self.hear(50), at: now + .milliseconds(20)) == [])
        #expect(router.state.name == .active)
        #expect(
            router.handle(Self.hear(200, from: Self.higher), at: Self.end) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .active, to: .backup, .higherPriorityHeard),
            ]
        )
        #expect(router.handover == .none)
    }

    @Test func `Active by handover, concluded, contends as soon as nothing old can arrive any more`() {
        let router = Self.backup()
        let now = Self.start + .milliseconds(10)
        _ = router.handle(.takeOver(until: Self.end), at: now)
        #expect(router.handle(.takeOverConcluded(until: now + .milliseconds(500)), at: now) == [])
        #expect(router.handover == .takingOver(until: now + .milliseconds(500)))
        #expect(router.handle(Self.hear(200, from: Self.higher), at: now + .milliseconds(499)) == [])
        let effects = router.handle(Self.hear(200, from: Self.higher), at: now + .milliseconds(500))
        #expect(effects.contains(.transitioned(from: .active, to: .backup, .higherPriorityHeard)))
        // Nothing is prolonged by it, and nobody else is concerned.
        let late = Self.backup()
        _ = late.handle(.takeOver(until: Self.end), at: now)
        _ = late.handle(.takeOverConcluded(until: Self.end + .seconds(1)), at: now)
        #expect(late.handover == .takingOver(until: Self.end))
        for router in [Self.handingOver(), Self.active(), Self.backup()] {
            let before = (router.state, router.handover)
            #expect(router.handle(.takeOverConcluded(until: Self.end), at: Self.start + .seconds(1)) == [])
            #expect((router.state, router.handover) == before)
        }
    }

    @Test func `Active by handover, cancelled, falls back by the ordinary rules`() {
        let router = Self.backup()
        _ = router.handle(.takeOver(until: Self.end), at: Self.start)
        #expect(router.handle(.handOverCancelled, at: Self.start + .milliseconds(30)) == [])
        #expect(router.state.name == .active)
        _ = router.handle(Self.hear(101), at: Self.start + .milliseconds(40))
        #expect(router.state.name == .backup)
    }

    @Test func `Active, hand over, goes on advertising and contends with nobody`() {
        let router = Self.active()
        let now = Self.start + .seconds(1)
        let timer = router.deadline
        #expect(router.handle(.handOver(until: Self.end), at: now) == [])
        #expect(router.handover == .handingOver(until: Self.end))
        #expect(router.handle(Self.hear(50), at: now) == [])
        #expect(router.handle(Self.hear(200, from: Self.higher), at: now) == [])
        #expect(router.deadline == timer)
        #expect(router.handle(.deadlineReached, at: now) == [.sendAdvertisement(priority: 100)])
        #expect(router.state.name == .active)
    }

    @Test func `Active, handing over, asserts itself when the time is over`() {
        let router = Self.handingOver()
        #expect(router.handle(.deadlineReached, at: Self.end - .nanoseconds(1)) == [.sendAdvertisement(priority: 100)])
        #expect(router.handle(Self.hear(50), at: Self.end) == Self.assertion + Self.assertion)
        #expect(router.handover == .none)
    }

    @Test func `Active, handing over, cancelled, asserts itself at once`() {
        let router = Self.handingOver()
        #expect(router.handle(.handOverCancelled, at: Self.start + .seconds(2)) == Self.assertion)
        #expect(router.handover == .none)
        #expect(router.handle(.handOverCancelled, at: Self.start + .seconds(2)) == [])
    }

    @Test func `Active, handing over, lets go without priority 0 and leaves the successor alone`() {
        let router = Self.handingOver()
        let now = Self.start + .seconds(2)
        #expect(
            router.handle(.letGo, at: now) == [.transitioned(from: .active, to: .backup, .handedOver)]
        )
        #expect(router.handover == .yielding)
        #expect(router.activeRouter == nil)
        #expect(router.deadline == now + Self.down(100))
        // Without the agreement, the lower priority would be let run into a preemption.
        let heard = now + .milliseconds(50)
        #expect(router.handle(Self.hear(50), at: heard) == [])
        #expect(router.deadline == heard + Self.down(100))
        #expect(router.handle(.letGo, at: heard) == [])
        #expect(router.handover == .yielding)
    }

    @Test func `Active, handing over, lets go and waits for as long as the successor's interval demands`() {
        let router = Self.handingOver()
        let now = Self.start + .seconds(2)
        let slow = Self.advertisement(50, centiseconds: 300)
        #expect(router.handle(.advertisementReceived(slow, from: Self.lower), at: now) == [])
        _ = router.handle(.letGo, at: now)
        #expect(router.deadline == now + Self.down(100, of: .seconds(3)))
        // The next handover knows nothing of this one's successor.
        _ = router.handle(.takeOver(until: Self.end), at: now)
        _ = router.handle(.handOverCancelled, at: now)
        _ = router.handle(.handOver(until: Self.end), at: now)
        _ = router.handle(.letGo, at: now)
        #expect(router.deadline == now + Self.down(100))
    }

    @Test func `Backup, yielding, claims again when the successor falls silent`() {
        let router = Self.handingOver()
        _ = router.handle(.letGo, at: Self.start + .seconds(2))
        let now = Self.start + .seconds(2) + Self.down(100)
        #expect(
            router.handle(.deadlineReached, at: now).last
                == .transitioned(from: .backup, to: .active, .activeRouterSilent)
        )
        #expect(router.handover == .none)
    }

    @Test(arguments: [hear(0), .handOverCancelled, .takeOver(until: end + .seconds(5))])
    func `Backup, yielding, ends with the successor's claim`(_ event: VirtualRouter.Event) {
        let router = Self.handingOver()
        _ = router.handle(.letGo, at: Self.start + .seconds(2))
        _ = router.handle(event, at: Self.start + .seconds(2))
        #expect(router.handover != .yielding)
    }

    @Test func `Backup, yielding, resumed late, goes on yielding`() {
        let router = Self.handingOver()
        _ = router.handle(.letGo, at: Self.start + .seconds(2))
        _ = router.handle(.resumedLate, at: Self.start + .seconds(60))
        #expect(router.handover == .yielding)
    }

    @Test func `Active, let go out of the blue or too late, keeps its addresses`() {
        let router = Self.active()
        #expect(router.handle(.letGo, at: Self.start + .seconds(1)) == [])
        #expect(router.state.name == .active)
        let late = Self.handingOver()
        #expect(late.handle(.letGo, at: Self.end) == Self.assertion)
        #expect(late.state.name == .active)
    }

    @Test func `Active, take over, says and announces that it has`() {
        let router = Self.active()
        #expect(router.handle(.takeOver(until: Self.end), at: Self.start + .seconds(1)) == Self.assertion)
        #expect(router.handle(Self.hear(200), at: Self.start + .seconds(1)) == [])
        #expect(router.state.name == .active)
    }

    @Test func `Active, handing over, ends with the successor's priority 0`() {
        let router = Self.handingOver()
        #expect(router.handle(Self.hear(0), at: Self.start + .seconds(2)) == Self.assertion)
        #expect(router.handover == .none)
    }

    @Test(arguments: [false, true])
    func `Active in a handover, resumed late, becomes Backup without a word`(_ isTakingOver: Bool) {
        let router = isTakingOver ? Self.active() : Self.handingOver()
        if isTakingOver { _ = router.handle(.takeOver(until: Self.end), at: Self.start + .seconds(1)) }
        #expect(
            router.handle(.resumedLate, at: Self.start + .seconds(60)) == [
                .transitioned(from: .active, to: .backup, .resumedLate)
            ]
        )
        #expect(router.handover == .none)
    }

    @Test func `the owner of the addresses hands nothing over`() {
        let router = Self.active(255)
        #expect(router.handle(.handOver(until: Self.end), at: Self.start + .seconds(1)) == [])
        #expect(router.handover == .none)
        #expect(router.handle(.letGo, at: Self.start + .seconds(1)) == [])
        #expect(router.state.name == .active)
    }

    @Test func `Backup, restarted, claims at once`() {
        let router = Self.backup()
        #expect(
            router.handle(.restarted, at: Self.start) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .backup, to: .active, .restarted),
            ]
        )
        let before = Self.active()
        #expect(before.handle(.restarted, at: Self.start + .seconds(1)) == [])
    }

    @Test func `advertisements that go out more than half an interval late are counted`() {
        let router = Self.active()
        let due = Self.start + Self.down(100) + Self.interval
        _ = router.handle(.deadlineReached, at: due + .milliseconds(50))
        #expect(router.statistics.lateAdvertisements == 0)
        _ = router.handle(.deadlineReached, at: due + Self.interval + .milliseconds(51))
        #expect(router.statistics.lateAdvertisements == 1)
    }
}
