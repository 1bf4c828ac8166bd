import AgentProtocol
import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing
import VRRP

@Suite struct HandoverTests {
    @Test func `an operator's failover makes before it breaks`() throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 7)))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].active == [] && pair.sides[1].active == ["front"])
        #expect(pair.unserved.isEmpty)
        #expect(pair.sides[0].answers.map(\.token) == [7])
        #expect(pair.sides[0].answers.map(\.succeeded) == [true])
        // The one contends no more before the other is told; it lets go only after it was taken.
        let first = pair.sides[0].orders.filter { order in
            switch order {
            case .deferPreemption, .peerReported: false
            case .handOver, .takeOver, .letGo, .concludeTakeOver, .cancelHandOver: true
            }
        }
        #expect(first.count == 2)
        #expect(first.last == .letGo(routers: ["front"]))
        // And the successor contends again as soon as nothing old can arrive any more.
        guard
            case .concludeTakeOver(routers: ["front"], let until)? = pair.sides[1].orders.last(where: { order in
                if case .concludeTakeOver = order { true } else { false }
            })
        else {
            Issue.record("not concluded: \(pair.sides[1].orders)")
            return
        }
        #expect(until - Pair.start <= .milliseconds(500) + .milliseconds(100) + PeerCore.settlingTime)
        guard case .handOver(routers: ["front"], _)? = first.first else {
            Issue.record("no hand over: \(first)")
            return
        }
    }

    @Test func `the standby may be asked as well as the holder`() throws {
        let pair = try Pair().started()
        pair.handle(1, .failoverRequested(FailoverRequest(token: 8, router: "front")))
        pair.run(.milliseconds(100))
        #expect(pair.sides[1].active == ["front"] && pair.sides[0].active == [])
        #expect(pair.sides[1].answers.map(\.succeeded) == [true])
        #expect(pair.unserved.isEmpty)
    }

    @Test func `after an operator's failover the old one does not take back until told so`() throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(60))
        #expect(pair.sides[1].active == ["front"])
        #expect(pair.sides[0].core.status(at: pair.now)?.movedByOperator == ["front"])
        // Not even a restarted one, which has forgotten it, for the other has not.
        pair.crash(0)
        pair.start(0)
        pair.run(.seconds(60))
        #expect(pair.sides[1].active == ["front"])
        pair.handle(0, .failoverRequested(FailoverRequest(token: 2)))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == ["front"] && pair.sides[1].active == [])
    }

    @Test(arguments: [[0, 1], [1, 0], [0, 1, 0, 1], [1, 0, 0, 1]])
    func `what an operator moved stays when the directors are restarted one after the other`(order: [Int]) throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(5))
        for index in order {
            pair.crash(index)
            pair.start(index)
            pair.run(.seconds(5))
            #expect(pair.sides[1].active == ["front"])
        }
        pair.run(.seconds(60))
        #expect(pair.sides[1].active == ["front"] && pair.sides[0].active == [])
        for side in pair.sides { #expect(side.core.status(at: pair.now)?.movedByOperator == ["front"]) }
        // The choice ends with what was chosen, and with another choice.
        pair.handle(0, .failoverRequested(FailoverRequest(token: 2)))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == ["front"] && pair.sides[1].active == [])
        pair.sides[0].priority = 90
        for index in [1, 0] {
            pair.crash(index)
            pair.start(index)
            pair.run(.seconds(20))
        }
        #expect(pair.sides[0].active == ["front"])
    }

    @Test func `a director that failed over serves again when the other one fails`() throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(1))
        pair.crash(1)
        pair.sides[1].routers["front"] = .backup
        pair.sides[0].routers["front"] = .active  // Its Active_Down_Timer ran out.
        pair.report(0)
        pair.run(.seconds(1))
        #expect(pair.sides[0].core.status(at: pair.now)?.movedByOperator == [])
    }

    @Test func `a returning director of higher priority gets back what is its by a handover`() throws {
        let pair = try Pair(active: 1).started(then: .seconds(2))
        #expect(pair.sides[0].active == ["front"] && pair.sides[1].active == [])
        #expect(pair.unserved.isEmpty)
        #expect(pair.sides[0].isDeferring == true)
    }

    @Test func `nobody preempts before it is ready`() throws {
        let pair = try Pair(active: 1)
        pair.sides[0].readiness = PeerReadiness(isHealthKnown: true, isKernelConverged: true, isSyncCaughtUp: false)
        _ = pair.started(then: .seconds(30))
        #expect(pair.sides[1].active == ["front"])
        pair.setReadiness(0, PeerReadiness(isHealthKnown: true, isKernelConverged: true, isSyncCaughtUp: true))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == ["front"])
    }

    @Test func `nobody preempts by a handover before its preempt_delay is over`() throws {
        let pair = try Pair(active: 1)
        pair.sides[0].preemptDelay = .seconds(20)
        _ = pair.started(then: .seconds(15))
        #expect(pair.sides[1].active == ["front"])
        pair.run(.seconds(10))
        #expect(pair.sides[0].active == ["front"])
    }

    @Test func `a successor that is not ready refuses with its reasons, and nothing has changed`() throws {
        let pair = try Pair()
        pair.sides[1].readiness = PeerReadiness(isHealthKnown: false, isKernelConverged: false, isSyncCaughtUp: true)
        _ = pair.started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.milliseconds(100))
        let answer = try #require(pair.sides[0].answers.first)
        #expect(!answer.succeeded)
        #expect(answer.text.contains("the state of real servers is not known yet"))
        #expect(answer.text.contains("the kernel does not have the services yet"))
        #expect(pair.sides[0].active == ["front"])
        #expect(pair.sides[0].orders.last == .cancelHandOver(routers: ["front"]))
    }

    @Test func `force moves addresses to a director that is not ready, but not to one without interface`() throws {
        let pair = try Pair()
        pair.sides[1].readiness = .unknown
        _ = pair.started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1, isForced: true)))
        pair.run(.milliseconds(100))
        #expect(pair.sides[1].active == ["front"])
        let other = try Pair()
        other.sides[1].routers["front"] = .initialize
        _ = other.started()
        other.handle(0, .failoverRequested(FailoverRequest(token: 1, isForced: true)))
        other.run(.milliseconds(100))
        #expect(other.sides[0].active == ["front"])
        #expect(other.sides[0].answers.map(\.succeeded) == [false])
    }

    @Test func `a differing configuration refuses the handover and names the keys`() throws {
        let pair = try Pair()
        pair.sides[1].digest = 2
        pair.sides[1].sections = [.init(name: "services", digest: 2)]
        _ = pair.started(then: .seconds(2))
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].answers.first?.text.contains("the configurations differ") == true)
        let findings = pair.sides[0].core.status(at: pair.now)?.findings ?? []
        #expect(findings == ["the configurations differ in services"])
        #expect(pair.sides[0].logs.contains { $0.reason == .configurationDiffers && $0.level == .warning })
    }

    @Test func `an operator who asks for nonsense is told so`() throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1, router: "frunt")))
        #expect(pair.sides[0].answers.last?.text == "there is no virtual router \"frunt\"")
        pair.sides[0].routers["front"] = .backup
        pair.report(0)
        pair.handle(0, .failoverRequested(FailoverRequest(token: 2, router: "front")))
        #expect(pair.sides[0].answers.last?.text == "neither director is active for \"front\"")
        pair.handle(0, .failoverRequested(FailoverRequest(token: 3)))
        #expect(pair.sides[0].answers.last?.succeeded == false)
        pair.crash(1)
        pair.handle(0, .failoverRequested(FailoverRequest(token: 4)))
        #expect(pair.sides[0].answers.last?.text.hasPrefix("there is no link to lb2") == true)
        let alone = try Pair()
        alone.handle(0, .clockRead(1))
        alone.handle(
            0,
            .started(
                alone.sides[0].settings(peer: nil, routers: ["front"]),
                bootIdentifier: .init(high: 0, low: 1),
                programVersion: "1",
            )
        )
        alone.handle(0, .failoverRequested(FailoverRequest(token: 5)))
        #expect(alone.sides[0].answers.last?.text == "no other director is configured (key \"peer\")")
    }

    @Test func `one of several routers moves alone, and without a name all that the director holds`() throws {
        let pair = try Pair(names: ["front", "mail", "dns"]).started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1, router: "mail")))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].active == ["dns", "front"] && pair.sides[1].active == ["mail"])
        pair.handle(0, .failoverRequested(FailoverRequest(token: 2)))
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].active == [] && pair.sides[1].active == ["dns", "front", "mail"])
        #expect(pair.unserved.isEmpty)
    }

    @Test func `the addresses stay until the successor's kernel has them`() throws {
        let pair = try Pair().started()
        pair.sides[1].isKernelSlow = true
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == ["front"])
        pair.sides[1].isKernelSlow = false
        pair.report(1)
        pair.run(.milliseconds(50))
        #expect(pair.sides[0].active == [] && pair.sides[1].active == ["front"])
    }

    @Test func `a successor whose kernel never has them is given up, and VRRP decides again`() throws {
        let pair = try Pair().started()
        pair.sides[1].isKernelSlow = true
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(4))
        #expect(pair.sides[0].active == ["front"])
        #expect(pair.sides[0].orders.contains(.cancelHandOver(routers: ["front"])))
        #expect(pair.sides[1].orders.contains(.cancelHandOver(routers: ["front"])))
        #expect(pair.sides[0].answers.map(\.succeeded) == [false])
    }

    @Test func `a successor that says nothing is given up after a second`() throws {
        let pair = try Pair().started()
        pair.sides[1].isUp = false
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.milliseconds(900))
        #expect(pair.sides[0].answers.isEmpty)
        pair.run(.milliseconds(200))
        #expect(pair.sides[0].answers.first?.text.contains("no answer in time") == true)
        #expect(pair.sides[0].active == ["front"])
    }

    @Test func `both directors ordered to fail over at once end with one owner each`() throws {
        let pair = try Pair(names: ["front"]).started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.handle(1, .failoverRequested(FailoverRequest(token: 2)))
        pair.run(.seconds(5))
        #expect(pair.sides[0].active.count + pair.sides[1].active.count == 1)
        #expect(pair.unserved.isEmpty)
        #expect(pair.sides[0].answers.count == 1 && pair.sides[1].answers.count == 1)
    }

    /// The link breaks on every message of the conversation in turn; whatever is lost, nobody is without an owner and
    /// the two come to rest.
    @Test(arguments: 1...24)
    func `a link that breaks at any moment leaves nobody unserved`(cut: Int) throws {
        let pair = try Pair().started()
        pair.cutAt = pair.messages + cut
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(1))
        #expect(pair.unserved.isEmpty)
        pair.run(.seconds(10))
        #expect(pair.unserved.isEmpty)
        #expect(pair.sides[0].core.status(at: pair.now)?.handover == nil)
        #expect(pair.sides[1].core.status(at: pair.now)?.handover == nil)
        #expect(pair.sides[0].core.status(at: pair.now)?.link == .connected)
        #expect(pair.sides[0].answers.count == 1)
    }

    @Test(arguments: 0..<40)
    func `a successor that dies at any moment leaves the holder as it was or is the owner`(milliseconds: Int) throws {
        let pair = try Pair().started()
        pair.delay = .milliseconds(5)
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.milliseconds(Int64(milliseconds)))
        let wasReleased = pair.sides[0].active.isEmpty
        pair.crash(1)
        pair.run(.seconds(5))
        // Released only after the successor was Active: then the Active_Down_Timer of the old one is the way back.
        #expect(wasReleased ? pair.sides[1].active == ["front"] : pair.sides[0].active == ["front"])
        #expect(pair.sides[0].core.status(at: pair.now)?.handover == nil)
    }

    @Test func `a step that comes again or too late changes nothing`() throws {
        let pair = try Pair().started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1)))
        pair.run(.seconds(1))
        let orders = (pair.sides[0].orders, pair.sides[1].orders)
        for step in HandoverMessage.Step.allCases where step != .request && step != .offer {
            for identifier: UInt64 in [(1 << 32) + 1, 5] {
                for index in 0...1 {
                    guard let connection = pair.connections[index] else { continue }
                    let late = HandoverMessage(step, identifier, cause: .operatorsChoice, routers: ["front"])
                    pair.handle(index, .bytes(connection, PeerFrameCodec.encode(.handover(late))))
                }
            }
        }
        pair.run(.seconds(1))
        #expect(pair.sides[0].orders == orders.0 && pair.sides[1].orders == orders.1)
        #expect(pair.sides[1].active == ["front"] && pair.sides[0].active == [])
    }

    @Test func `a synchronization group moves whole, or not at all`() throws {
        for isGroup in [true, false] {
            let pair = try Pair(names: ["front", "front6"])
            for side in pair.sides { side.syncGroup = isGroup ? "site" : nil }
            _ = pair.started()
            // What the first one tracks weakens one of the two alone.
            pair.sides[0].losses = ["front": 50]
            pair.report(0)
            pair.run(.seconds(2))
            #expect(pair.sides[1].active == (isGroup ? [] : ["front"]))
            pair.sides[0].losses = ["front": 50, "front6": 50]
            pair.report(0)
            pair.run(.seconds(2))
            #expect(pair.sides[1].active == ["front", "front6"])
        }
        let pair = try Pair(names: ["front", "front6"])
        for side in pair.sides { side.syncGroup = "site" }
        _ = pair.started()
        pair.handle(0, .failoverRequested(FailoverRequest(token: 1, router: "front6")))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == [] && pair.sides[1].active == ["front", "front6"])
        pair.handle(0, .failoverRequested(FailoverRequest(token: 2, router: "front")))
        pair.run(.seconds(1))
        #expect(pair.sides[0].active == ["front", "front6"] && pair.sides[1].active == [])
    }

    @Test func `the delay of a preemption counts from when this director is the better one`() throws {
        let pair = try Pair()
        for side in pair.sides { side.preemptDelay = .seconds(10) }
        _ = pair.started()
        pair.run(.seconds(60))
        pair.sides[0].losses = ["front": 50]
        pair.report(0)
        pair.run(.seconds(5))
        #expect(pair.sides[1].active == [])
        pair.sides[0].losses = [:]
        pair.report(0)
        pair.run(.seconds(20))
        #expect(pair.sides[1].active == [], "a moment's weakness moves nothing")
        pair.sides[0].losses = ["front": 50]
        pair.report(0)
        pair.run(.seconds(12))
        #expect(pair.sides[1].active == ["front"])
    }
}
