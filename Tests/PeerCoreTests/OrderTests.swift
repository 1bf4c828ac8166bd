import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing

/// What an operator orders on one director counts on both.
@Suite struct OrderTests {
    @Test func `an order on one director stands on both, and says on which it was given`() throws {
        let pair = try Pair().started()
        pair.order(0, .drain, for: .seconds(60))
        pair.runOrders(.milliseconds(100))
        #expect(pair.orders(0) == ["web1: drain by ops on lb1"])
        #expect(pair.orders(1) == pair.orders(0))
        #expect(pair.shown(1).map(\.director) == ["lb1"])
        // The clock that a heartbeat tells is as old as its journey.
        let ends = try [0, 1].map { try #require(pair.shown($0).first?.expiresIn) }
        #expect(abs(ends[0] - ends[1]) <= 2)
        pair.withdraw(1)
        pair.runOrders(.milliseconds(100))
        #expect(pair.orders(0).isEmpty && pair.orders(1).isEmpty)
    }

    @Test func `a director that was off learns what was ordered, and what was withdrawn`() throws {
        let pair = try Pair().started()
        pair.order(0, .drain, "web1")
        pair.order(1, .weight(7), "web2")
        pair.runOrders(.milliseconds(200))
        pair.crash(1)
        pair.withdraw(0, "web1")
        pair.order(0, .maintenance, "web3", service: "http")
        pair.runOrders(.seconds(60))
        pair.start(1)
        #expect(pair.orders(1).first == "web1: drain by ops on lb1", "it has nothing but its file yet")
        pair.runOrders(.seconds(3))
        #expect(pair.orders(1) == ["web2: weight 7 by ops on lb2", "web3/http: maintenance by ops on lb1"])
        #expect(pair.orders(0) == pair.orders(1))
        // The director that knew of the withdrawal has forgotten it when the other one comes back: it is on disk.
        pair.crash(0)
        pair.start(0)
        pair.runOrders(.seconds(3))
        #expect(pair.orders(0) == pair.orders(1))
        #expect(pair.orders(0).count == 2)
    }

    @Test func `both changed while there was no link, and the later command counts`() throws {
        let pair = try Pair().started()
        pair.order(0, .drain, "web1")
        pair.order(0, .drain, "web2")
        pair.runOrders(.milliseconds(200))
        pair.isConnected = false
        pair.cut()
        pair.withdraw(0, "web1")
        pair.order(1, .maintenance, "web2", service: "http")
        pair.order(1, .weight(3), "web3")
        pair.runOrders(.seconds(1))
        pair.order(1, .drain, "web1", service: "https")
        pair.withdraw(0, "web2")
        pair.order(0, .weight(5), "web3")
        pair.runOrders(.seconds(1))
        #expect(pair.orders(0) != pair.orders(1))
        pair.isConnected = true
        pair.runOrders(.seconds(5))
        #expect(pair.orders(0) == ["web1/https: drain by ops on lb2", "web3: weight 5 by ops on lb1"])
        #expect(pair.orders(1) == pair.orders(0))
    }

    @Test func `a command counts on a director whose clock is behind`() throws {
        let pair = try Pair()
        pair.sides[1].clock -= 3_600_000
        for index in 0...1 { pair.start(index) }
        pair.run(.milliseconds(500))
        pair.order(0, .drain)
        pair.runOrders(.milliseconds(200))
        #expect(pair.orders(1) == ["web1: drain by ops on lb1"])
        pair.withdraw(1)
        pair.runOrders(.milliseconds(200))
        #expect(pair.orders(0).isEmpty && pair.orders(1).isEmpty)
        pair.order(1, .maintenance)
        pair.runOrders(.milliseconds(200))
        #expect(pair.orders(0) == ["web1: maintenance by ops on lb2"])
    }

    @Test func `what ends by itself does not come back from the other director`() throws {
        let pair = try Pair()
        // By this clock the order ends half a second later.
        pair.sides[1].clock -= 500
        pair.believesPeerClock = false
        for index in 0...1 { pair.start(index) }
        pair.run(.milliseconds(500))
        pair.order(0, .drain, "web1", service: "http")
        pair.runOrders(.milliseconds(100))
        pair.order(0, .drain, "web1", for: .seconds(10))
        pair.runOrders(.milliseconds(100))
        pair.isConnected = false
        pair.cut()
        pair.runOrders(.milliseconds(10_100))
        #expect(pair.orders(0).isEmpty)
        #expect(pair.orders(1).count == 1)
        pair.isConnected = true
        pair.runOrders(.seconds(5))
        #expect(pair.orders(0).isEmpty && pair.orders(1).isEmpty)
    }

    @Test func `an order about a node that only one director has is kept, shown and harmless`() throws {
        let pair = try Pair().started()
        pair.order(0, .drain, "web9")
        pair.runOrders(.milliseconds(200))
        #expect(pair.shown(1, "web9").map(\.action) == ["drain"])
        #expect(pair.sides[1].cluster.status(at: pair.now).strayOrders.map(\.realServer) == ["web9"])
        pair.withdraw(1, "web9")
        pair.runOrders(.milliseconds(200))
        #expect(pair.orders(0).isEmpty && pair.orders(1).isEmpty)
    }

    @Test(arguments: 0..<40)
    func `two directors agree whatever happened between them`(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let pair = try Pair()
        pair.sides[1].clock = pair.sides[1].clock &+ UInt64.random(in: 0...4_000, using: &generator) - 2_000
        for index in 0...1 { pair.start(index) }
        pair.run(.milliseconds(500))
        for _ in 0..<60 {
            let index = Int.random(in: 0...1, using: &generator)
            let server = "web\(Int.random(in: 1...4, using: &generator))"
            let service = Bool.random(using: &generator) ? nil : ["http", "https"].randomElement(using: &generator)
            switch Int.random(in: 0...9, using: &generator) {
            case 0...2 where pair.sides[index].isUp:
                let length = Bool.random(using: &generator) ? nil : Interval.milliseconds(700)
                let action = Bool.random(using: &generator) ? OperatorOrder.Action.drain : .maintenance
                pair.order(index, action, server, service: service, for: length)
            case 3...4 where pair.sides[index].isUp: pair.order(index, .weight(4), server, service: service)
            case 5...6 where pair.sides[index].isUp:
                pair.withdraw(index, server, service: service, isWeight: Bool.random(using: &generator))
            case 7:
                pair.isConnected.toggle()
                if !pair.isConnected { pair.cut() }
            case 8 where pair.sides[index].isUp: pair.crash(index)
            default: if !pair.sides[index].isUp { pair.start(index) }
            }
            pair.runOrders(.milliseconds(Int64.random(in: 0...300, using: &generator)))
        }
        pair.isConnected = true
        for index in 0...1 where !pair.sides[index].isUp { pair.start(index) }
        pair.runOrders(.seconds(8))
        let first = pair.sides[0].cluster.sharedOrders(at: pair.now, clock: pair.clock(0)).map(\.version)
        let second = pair.sides[1].cluster.sharedOrders(at: pair.now, clock: pair.clock(1)).map(\.version)
        #expect(first == second)
        #expect(pair.orders(0) == pair.orders(1))
        for index in 0...1 { #expect(!pair.sides[index].logs.contains { $0.reason == .linkViolation }) }
    }

    @Test func `an order ends at the same moment on a director whose clock is wrong`() throws {
        for skew in [Int64(600_000), -600_000] {
            let pair = try Pair()
            pair.sides[1].clock = UInt64(Int64(pair.sides[1].clock) + skew)
            for index in 0...1 { pair.start(index) }
            pair.run(.milliseconds(500))
            pair.order(0, .drain, for: .seconds(60))
            pair.runOrders(.seconds(59))
            for index in 0...1 { #expect(pair.orders(index).count == 1, "\(skew)") }
            pair.runOrders(.seconds(2))
            for index in 0...1 { #expect(pair.orders(index).isEmpty, "\(skew)") }
        }
    }
}
