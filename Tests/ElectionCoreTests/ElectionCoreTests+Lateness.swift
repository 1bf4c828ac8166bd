import DirectorCore
import Primitives
import Testing
import VRRP

/// A process that was not running knows nothing about the present.
extension ElectionCoreTests {
    @Test func `a process that slept demotes before it sends anything, and yields to whom it hears`() {
        let bench = Bench.active()
        bench.now = bench.now + .seconds(3)
        #expect(bench.isLate)
        let heard = bench.now - .milliseconds(40)
        // The sockets are read first: the successor's advertisement waits there.
        let effects = bench.hear(50, at: heard)
        #expect(effects.priorities == [])
        #expect(bench.state == .backup)
        #expect(bench.router?.reason == .resumedLate)
        #expect(bench.disposition == .absent)
        #expect(bench.handle(.deadlineReached).priorities == [])
        #expect(bench.router?.statistics.resumedLate == 1)
    }

    @Test func `a process that slept says so, though the first packet it reads concerns nobody`() {
        let bench = Bench.active()
        bench.now = bench.now + .seconds(3)
        let published = bench.hear(50, timeToLive: 1).compactMap { effect -> VirtualRouter.StateName? in
            guard case .publish(let report) = effect else { return nil }
            return report.routers.first?.state
        }
        #expect(published == [.backup])
        #expect(bench.hear(50, timeToLive: 1).isEmpty, "a flood of what is refused costs little")
        #expect(bench.router != nil && bench.wholeReport.rejections.occurred.map(\.count) == [2])
    }

    @Test func `a process that slept alone keeps its address and claims it again`() {
        let bench = Bench.active()
        bench.now = bench.now + .seconds(3)
        #expect(bench.handle(.deadlineReached).priorities == [])
        #expect(bench.disposition == .asFound)
        #expect(bench.expire().priorities == [100])
        #expect(bench.disposition == .present)
    }

    @Test func `own lateness is not the peer's silence`() {
        let bench = Bench().started(Bench.settings())
        bench.converge()
        bench.hear(200)
        // Late by more than the interval: the last advertisement in the socket is the one before it filled up.
        let asleep = bench.now
        bench.now = bench.now + .seconds(30)
        bench.hear(200, at: asleep + .seconds(10))
        bench.handle(.deadlineReached)
        #expect(bench.state == .backup)
        #expect(bench.core.deadline == bench.now + Bench.down())
        // The same with a socket that filled up only a moment ago.
        bench.hear(200)
        bench.now = bench.now + .seconds(30)
        bench.hear(200, at: bench.now - Bench.down() - .milliseconds(100))
        bench.handle(.deadlineReached)
        #expect(bench.state == .backup)
        #expect(bench.core.deadline == bench.now + Bench.down())
        // A little late: the advertisement that came in before the deadline counts, by the time when it came in.
        bench.hear(200)
        let deadline = bench.core.deadline ?? bench.now
        bench.now = deadline + .milliseconds(20)
        bench.hear(200, at: deadline - .milliseconds(5))
        bench.handle(.deadlineReached)
        #expect(bench.state == .backup)
        #expect(bench.core.deadline == deadline - .milliseconds(5) + Bench.down())
    }
}
