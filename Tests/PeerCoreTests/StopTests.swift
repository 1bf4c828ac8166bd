import AgentProtocol
import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing
import VRRP

@Suite struct StopTests {
    @Test func `a stop hands over first, and gives no preemption back`() throws {
        let pair = try Pair().started()
        pair.handle(0, .stopRequested(.stop))
        #expect(!pair.sides[0].isStopReady)
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].isStopReady)
        #expect(pair.sides[1].active == ["front"] && pair.unserved.isEmpty)
        pair.run(.seconds(1))
        // Whoever stopped for good is not waited for.
        #expect(pair.sides[1].isDeferring == false)
        #expect(pair.sides[0].core.deadline == nil)
    }

    @Test func `the owner of addresses hands them over to nobody before its stop`() throws {
        let pair = try Pair(priorities: (255, 100)).started()
        for side in 0...1 {
            pair.handle(side, .failoverRequested(FailoverRequest(token: 7)))
            pair.handle(side, .failoverRequested(FailoverRequest(token: 8, router: "front", isForced: true)))
            pair.run(.seconds(1))
            #expect(pair.sides[side].answers.map(\.succeeded) == [false, false])
        }
        #expect(pair.sides[0].active == ["front"])
        pair.handle(0, .stopRequested(.stop))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active == ["front"] && pair.unserved.isEmpty)
    }

    @Test func `a director that stopped and comes again takes back what is its`() throws {
        let pair = try Pair().started()
        pair.handle(0, .stopRequested(.stop))
        pair.run(.seconds(1))
        pair.crash(0)
        pair.start(0)
        pair.run(.seconds(5))
        #expect(pair.sides[0].active == ["front"] && pair.unserved.isEmpty)
    }

    @Test func `a stop without a peer, without its link or without anything to hand over is ready at once`() throws {
        let alone = try Pair()
        alone.handle(
            0,
            .started(
                alone.sides[0].settings(peer: nil, routers: ["front"]),
                bootIdentifier: .init(high: 0, low: 1),
                programVersion: "1",
            )
        )
        alone.report(0)
        alone.handle(0, .stopRequested(.stop))
        #expect(alone.sides[0].isStopReady)
        let unlinked = try Pair()
        unlinked.isConnected = false
        _ = unlinked.started()
        unlinked.handle(0, .stopRequested(.stop))
        #expect(unlinked.sides[0].isStopReady)
        let idle = try Pair().started()
        idle.handle(1, .stopRequested(.stop))
        #expect(idle.sides[1].isStopReady)
    }

    @Test func `a stop waits for a successor that is about to be ready`() throws {
        let pair = try Pair()
        pair.sides[1].readiness = PeerReadiness(isHealthKnown: false, isKernelConverged: true, isSyncCaughtUp: true)
        _ = pair.started()
        pair.handle(0, .stopRequested(.stop))
        pair.run(.seconds(2))
        #expect(!pair.sides[0].isStopReady)
        pair.setReadiness(1, PeerReadiness(isHealthKnown: true, isKernelConverged: true, isSyncCaughtUp: true))
        pair.run(.milliseconds(500))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active == ["front"])
    }

    @Test func `after five seconds a stop takes a successor as it is`() throws {
        let pair = try Pair()
        pair.sides[1].readiness = .unknown
        _ = pair.started()
        pair.handle(0, .stopRequested(.stop))
        pair.run(.milliseconds(4_900))
        #expect(!pair.sides[0].isStopReady)
        pair.run(.milliseconds(600))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active == ["front"] && pair.unserved.isEmpty)
    }

    @Test func `a stop takes a successor with another configuration, which is better than priority 0`() throws {
        let pair = try Pair()
        pair.sides[1].digest = 2
        _ = pair.started()
        pair.handle(0, .stopRequested(.stop))
        pair.run(.milliseconds(200))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active == ["front"])
    }

    @Test func `a stop ends in time whatever the peer does`() throws {
        let pair = try Pair().started()
        pair.sides[1].isKernelSlow = true
        pair.handle(0, .stopRequested(.stop))
        pair.run(.seconds(4))
        #expect(pair.sides[0].isStopReady)
        let dead = try Pair().started()
        dead.sides[1].isUp = false
        dead.handle(0, .stopRequested(.stop))
        dead.run(.milliseconds(1_500))
        #expect(dead.sides[0].isStopReady)
        // Nobody has taken over: priority 0 is the way.
        #expect(dead.sides[0].active == ["front"])
    }

    @Test func `two directors that stop at once both end`() throws {
        let pair = try Pair(names: ["front", "mail"])
        pair.sides[0].routers["mail"] = .backup
        pair.sides[1].routers["mail"] = .active
        _ = pair.started(then: .milliseconds(100))
        pair.handle(0, .stopRequested(.stop))
        pair.handle(1, .stopRequested(.stop))
        pair.run(.seconds(6))
        #expect(pair.sides[0].isStopReady && pair.sides[1].isStopReady)
    }

    @Test func `a restart hands nothing over and asks the peer to wait`() throws {
        let pair = try Pair().started()
        pair.handle(0, .stopRequested(.restart))
        #expect(pair.sides[0].isStopReady)
        #expect(pair.sides[0].active == ["front"])
        pair.run(.seconds(2))
        #expect(pair.sides[1].active == [] && pair.sides[1].isDeferring == true)
        pair.start(0)
        pair.run(.seconds(1))
        #expect(pair.sides[1].core.status(at: pair.now)?.link == .connected)
        #expect(pair.sides[0].active == ["front"])
    }

    @Test(arguments: [nil, "all"])
    func `what speaks version 2 is handed over at a restart, with its group`(group: String?) throws {
        let pair = try Pair(names: ["front", "mail"])
        for side in pair.sides { (side.oldRouters, side.syncGroup) = (["mail"], group) }
        _ = pair.started()
        pair.handle(0, .stopRequested(.restart))
        #expect(!pair.sides[0].isStopReady)
        pair.run(.seconds(1))
        #expect(pair.sides[0].isStopReady)
        #expect(pair.sides[1].active == (group == nil ? ["mail"] : ["front", "mail"]))
        #expect(pair.sides[0].active == (group == nil ? ["front"] : []))
    }

    @Test func `a restart waits no longer for a successor than a stop does`() throws {
        let pair = try Pair()
        for side in pair.sides { side.oldRouters = ["front"] }
        _ = pair.started()
        pair.sides[1].isKernelSlow = true
        pair.handle(0, .stopRequested(.restart))
        pair.run(.seconds(9))
        #expect(pair.sides[0].isStopReady)
    }
}
