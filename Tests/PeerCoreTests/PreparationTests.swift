import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing
import VRRP

@Suite struct PreparationTests {
    @Test func `nothing is offered before the successor was told of the connections, and then at once`() throws {
        let pair = try Pair().started()
        pair.telling = .milliseconds(300)
        let effects = pair.handle(0, .failoverRequested(FailoverRequest(token: 7)))
        guard
            case .tellConnections(let handover, ["front"], let until)? = effects.first(where: { effect in
                if case .tellConnections = effect { true } else { false }
            })
        else {
            Issue.record("nobody is told: \(effects)")
            return
        }
        #expect(until == pair.now + PeerCore.preparationPatience + PeerCore.handoverPatience)
        // What is told for another handover is not what this one waits for.
        pair.handle(0, .connectionsTold(handover: handover &- 1))
        pair.run(.milliseconds(299))
        #expect(!pair.sides[0].orders.contains { $0.isHandOver })
        #expect(pair.sides[0].core.status(at: pair.now)?.handover?.hasPrefix("telling lb2 of the connections") == true)
        pair.run(.milliseconds(2))
        #expect(pair.sides[0].orders.contains { $0.isHandOver })
        pair.run(.milliseconds(50))
        #expect(pair.sides[1].active == ["front"] && pair.sides[0].active == [])
        #expect(pair.unserved.isEmpty)
    }

    @Test func `a telling without end holds a handover up for its patience`() throws {
        let pair = try Pair().started()
        pair.telling = nil
        pair.handle(1, .failoverRequested(FailoverRequest(token: 7)))
        pair.run(PeerCore.preparationPatience)
        #expect(pair.sides[0].active == ["front"])
        // Asked again it goes on with what it does.
        pair.run(.milliseconds(100))
        #expect(pair.sides[1].active == ["front"] && pair.unserved.isEmpty)
        #expect(pair.sides[1].answers.map(\.succeeded) == [true])
    }

    @Test func `routers that are lost while the successor is told are not offered`() throws {
        let pair = try Pair().started()
        pair.telling = .milliseconds(50)
        pair.handle(1, .failoverRequested(FailoverRequest(token: 7)))
        pair.run(.milliseconds(20))
        pair.sides[0].routers["front"] = .initialize
        pair.report(0)
        pair.run(.milliseconds(100))
        #expect(!pair.sides[0].orders.contains { $0.isHandOver })
        #expect(pair.sides[1].answers.map(\.succeeded) == [false])
        #expect(pair.sides[1].answers.first?.text.contains("not active") == true)
        for index in 0...1 { #expect(pair.sides[index].core.status(at: pair.now)?.handover == nil) }
    }

    @Test func `a router that is lost while the successor is told keeps the others from nothing`() throws {
        let pair = try Pair(names: ["back", "front"]).started()
        pair.telling = .milliseconds(50)
        pair.handle(0, .stopRequested(.stop))
        pair.run(.milliseconds(20))
        pair.sides[0].routers["back"] = .initialize
        pair.report(0)
        pair.run(.milliseconds(150))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active.contains("front"))
        #expect(!pair.unserved.contains("front"), "\(pair.unserved)")
    }

    @Test func `a link that ends while the successor is told ends the handover`() throws {
        let pair = try Pair().started()
        pair.telling = .milliseconds(50)
        pair.handle(0, .failoverRequested(FailoverRequest(token: 7)))
        pair.run(.milliseconds(20))
        pair.crash(1)
        pair.run(.milliseconds(100))
        #expect(pair.sides[0].answers.map(\.succeeded) == [false])
        // What began to tell of connections ends with it.
        #expect(pair.sides[0].orders.contains(.cancelHandOver(routers: ["front"])))
        #expect(pair.sides[0].active == ["front"])
    }

    @Test func `a stop that comes while the successor is told goes on with that`() throws {
        let pair = try Pair().started()
        pair.telling = .milliseconds(50)
        pair.handle(0, .failoverRequested(FailoverRequest(token: 7)))
        pair.run(.milliseconds(20))
        pair.handle(0, .stopRequested(.stop))
        pair.run(.milliseconds(150))
        #expect(pair.sides[0].isStopReady && pair.sides[1].active == ["front"] && pair.unserved.isEmpty)
        #expect(pair.sides[0].answers.map(\.succeeded) == [true])
    }
}

extension ElectionOrder {
    fileprivate var isHandOver: Bool { if case .handOver = self { true } else { false } }
}
