import Primitives
import Testing
import VRRP

/// The rows of RFC 9568 section 6.4.3.
extension VirtualRouterTests {
    @Test func `Active, shutdown, gives up with priority 0`() {
        let router = Self.active()
        #expect(
            router.handle(.shutdown(.stopRequested), at: Self.start + .seconds(1)) == [
                .sendAdvertisement(priority: 0), .transitioned(from: .active, to: .initialize, .stopRequested),
            ]
        )
    }

    @Test func `Active, timer, advertises in rhythm and never catches up`() {
        let router = Self.active()
        let first = Self.start + Self.down(100) + Self.interval
        #expect(router.handle(.deadlineReached, at: first - .nanoseconds(1)) == [])
        #expect(router.handle(.deadlineReached, at: first + .milliseconds(3)) == [.sendAdvertisement(priority: 100)])
        #expect(router.deadline == first + Self.interval)
        let late = first + .milliseconds(350)
        #expect(router.handle(.deadlineReached, at: late) == [.sendAdvertisement(priority: 100)])
        #expect(router.deadline == late + Self.interval)
    }

    @Test func `Active, priority 0, advertises at once and announces its addresses again`() {
        let router = Self.active()
        let now = Self.start + .milliseconds(400)
        let heard = VirtualRouter.Event.advertisementReceived(Self.advertisement(0), from: Self.higher)
        #expect(router.handle(heard, at: now) == [.sendAdvertisement(priority: 100), .announce])
        #expect(router.deadline == now + Self.interval)
    }

    @Test func `Active, higher priority, becomes Backup and learns the interval, Preempt_Mode not asked`() {
        let router = Self.active()
        _ = router.handle(.reconfigured(Self.settings(preempt: false)), at: Self.start + .milliseconds(390))
        let now = Self.start + .milliseconds(400)
        let heard = Self.advertisement(101, centiseconds: 20)
        #expect(
            router.handle(.advertisementReceived(heard, from: Self.lower), at: now) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .active, to: .backup, .higherPriorityHeard),
            ]
        )
        #expect(router.deadline == now + Self.down(100, of: .milliseconds(200)))
        #expect(router.activeRouter == .init(address: Self.lower, priority: 101))
    }

    @Test func `Active, equal priority, the greater address wins`() {
        let now = Self.start + .milliseconds(400)
        let heard = Self.advertisement(100)
        let loser = Self.active()
        #expect(
            loser.handle(.advertisementReceived(heard, from: Self.higher), at: now) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .active, to: .backup, .tieLost),
            ]
        )
        let winner = Self.active()
        #expect(
            winner.handle(.advertisementReceived(heard, from: Self.lower), at: now) == [
                .sendAdvertisement(priority: 100), .announce,
            ]
        )
    }

    @Test func `Active, lower priority, asserts itself at once and keeps its timer`() {
        let router = Self.active()
        let before = router.deadline
        let heard = VirtualRouter.Event.advertisementReceived(Self.advertisement(99), from: Self.higher)
        #expect(
            router.handle(heard, at: Self.start + .milliseconds(400)) == [.sendAdvertisement(priority: 100), .announce]
        )
        #expect(router.deadline == before)
        #expect(router.statistics.lowerPriorityHeardWhileActive == 1)
    }

    @Test func `Active owner, another owner, counts and decides by the address, erratum 8298`() {
        let heard = Self.advertisement(255)
        let now = Self.start + .milliseconds(400)
        let router = Self.active(255)
        #expect(
            router.handle(.advertisementReceived(heard, from: Self.higher), at: now) == [
                .sendAdvertisement(priority: 255), .transitioned(from: .active, to: .backup, .tieLost),
            ]
        )
        #expect(router.statistics.addressOwnerConflicts == 1)
        let winner = Self.active(255)
        #expect(
            winner.handle(.advertisementReceived(heard, from: Self.lower), at: now) == [
                .sendAdvertisement(priority: 255), .announce,
            ]
        )
        #expect(winner.statistics.addressOwnerConflicts == 1)
    }

    @Test func `Active, resumed late, becomes Backup without a word`() {
        let router = Self.active()
        let lastSent = Self.start + Self.down(100)
        #expect(router.lateAfter == lastSent + Self.down(100) + router.settings.advertisementInterval)
        let now = Self.start + .seconds(10)
        #expect(
            router.handle(.resumedLate, at: now) == [.transitioned(from: .active, to: .backup, .resumedLate)]
        )
        #expect(router.deadline == now + Self.down(100))
        #expect(router.activeRouter == nil)
    }

    @Test func `Active, group yielded, gives up with priority 0 and watches`() {
        let router = Self.active()
        let now = Self.start + .seconds(1)
        #expect(
            router.handle(.groupYielded, at: now) == [
                .sendAdvertisement(priority: 0), .transitioned(from: .active, to: .backup, .groupYielded),
            ]
        )
        #expect(router.deadline == now + Self.down(100))
        #expect(router.activeRouter == nil)
    }

    @Test func `Active and handing over, knows of a successor and is late an interval sooner`() {
        let router = Self.active()
        let lastSent = Self.start + Self.down(100)
        _ = router.handle(.handOver(until: lastSent + .seconds(3)), at: lastSent + .milliseconds(1))
        #expect(router.lateAfter == lastSent + Self.down(100))
    }

    @Test func `Active, as late as a Backup Router waits and no more, goes on where it has heard nobody`() throws {
        let router = Self.active()
        let lastSent = Self.start + Self.down(100)
        let now = lastSent + Self.down(100) + router.settings.advertisementInterval / 2
        #expect(try #require(router.lateAfter) > now)
        #expect(router.handle(.deadlineReached, at: now) == [.sendAdvertisement(priority: 100)])
        #expect(router.statistics.lateAdvertisements == 1)
        // A successor that it finds in its socket decides by the ordinary rules.
        let other = Self.active()
        let heard = VirtualRouter.Event.advertisementReceived(Self.advertisement(200), from: Self.higher)
        #expect(
            other.handle(heard, at: now) == [
                .sendAdvertisement(priority: 100), .transitioned(from: .active, to: .backup, .higherPriorityHeard),
            ]
        )
    }

    @Test func `Active, new settings, keeps the state and shortens the timer`() {
        let router = Self.active()
        let now = Self.start + Self.down(100)
        var faster = Self.settings(30)
        faster.advertisementInterval = .milliseconds(10)
        #expect(router.handle(.reconfigured(faster), at: now) == [])
        #expect(router.state == .active(adverTimer: now + .milliseconds(10)))
        #expect(router.handle(.deadlineReached, at: now + .milliseconds(10)) == [.sendAdvertisement(priority: 30)])
    }

    @Test func `Active ignores a startup and takes a new address`() {
        let router = Self.active()
        let before = router.state
        #expect(router.handle(.startup(primaryAddress: Self.lower), at: Self.start + .seconds(1)) == [])
        #expect(router.handle(.primaryAddressChanged(Self.higher), at: Self.start + .seconds(1)) == [])
        #expect(router.state == before)
        #expect(router.activeRouter?.address == Self.higher)
    }
}
