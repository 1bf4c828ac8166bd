import Health
import Primitives
import Testing

/// Who serves with what weight, as the members' standings and the service's settings go.
@Suite struct `A service's pool` {
    @Test func `gives every member what its standing says where the service makes no demands`() {
        var pool = Pool(["w1": 1, "w2": 2, "w3": 3])
        pool.set(["w1": .up, "w2": .down, "w3": .broken])
        #expect(pool.weights == "1 0 0")
        pool.set(["w1": .drained, "w2": .up, "w3": .up])
        #expect(pool.weights == "0 2 3")
        pool.set(["w1": .maintained, "w2": .unknown, "w3": .down])
        #expect(pool.weights == "0 2 0")
        #expect(pool.reason("w2") == .awaitingResults)
        #expect(pool.subject.deadline == nil)
    }

    // MARK: Restart neutrality.

    @Test func `adopts the kernel's weights after a start until something is known`() {
        var pool = Pool(["w1": 1, "w2": 1, "b1": 1, "s1": 1]) { $0.failOpen = FailOpen.Settings(below: 90, until: 100) }
        pool.kernel = ["w1": 0, "w2": 7, "s1": 1]
        pool.set()
        #expect(pool.weights == "0 7 - 1")
        #expect(pool.state == .unknown)
        pool.set(after: .milliseconds(4_900))
        #expect(pool.weights == "0 7 - 1")
        #expect(pool.subject.availability.isQuorumMet == nil)
        // Known to serve suffices; that others are unknown delays nothing.
        pool.set(["w2": .up])
        #expect(pool.weights == "0 1 - -")
        #expect(pool.state == .available)
    }

    @Test func `lets a service go only when its nodes are known or have had their time`() {
        var known = Pool(["w1": 1, "w2": 1, "s1": 1])
        known.words["s1"] = .up
        known.set(["w1": .down])
        #expect(known.state == .unknown)
        #expect(known.weights == "0 0 -")
        known.set(["w2": .down])
        #expect(known.state == .sorry)
        #expect(known.weights == "0 0 1")

        var silent = Pool(["w1": 1, "w2": 1])
        silent.kernel = ["w1": 0, "w2": 0]
        silent.set(["w1": .down], after: .milliseconds(4_999))
        #expect(silent.state == .unknown)
        silent.set(after: .milliseconds(1))
        #expect(silent.state == .unavailable)

        // What the kernel was found to have serves, whatever is not known of it.
        var adopted = Pool(["w1": 1, "w2": 1])
        adopted.kernel = ["w1": 1, "w2": 1]
        adopted.set(["w1": .down], after: .seconds(60))
        #expect(adopted.weights == "0 1")
        #expect(adopted.state == .available)
    }

    @Test func `keeps a sorry server that an earlier life put in until the quorum is known`() {
        var pool = Pool(["w1": 2, "s1": 1]) { $0.quorum = Quorum.Settings(weight: 2) }
        pool.kernel = ["w1": 0, "s1": 1]
        pool.words["s1"] = .up
        pool.set()
        #expect(pool.weights == "0 1")
        pool.set(["w1": .down])
        #expect(pool.weights == "0 1")
        #expect(pool.reason("s1") == .sorryInUse)
        pool.set(["w1": .up])
        #expect(pool.weights == "2 -")
        #expect(pool.reason("s1") == .standingBy)
    }

    // MARK: Slow start.

    @Test func `starts slowly after a failure that it saw, and never after its own start`() {
        var pool = Pool(["w1": 100, "w2": 100]) { $0.slowStart = SlowStart.Settings(duration: .seconds(20)) }
        pool.set(["w1": .up, "w2": .up])
        #expect(pool.weights == "100 100")
        pool.set(["w1": .unknown], after: .seconds(5))
        pool.set(["w1": .up])
        #expect(pool.weights == "100 100")
        pool.set(["w1": .down])
        pool.set(["w1": .up], after: .seconds(1))
        #expect(pool.weights == "1 100")
        #expect(pool.reason("w1") == .slowStart)
        var last: UInt32 = 1
        for _ in 0..<20 {
            pool.set(after: .milliseconds(900))
            let weight = pool.kernel["w1"] ?? 0
            #expect(weight >= last)
            last = weight
        }
        #expect(last > 80)
        pool.set(after: .seconds(2))
        #expect(pool.weights == "100 100")
        #expect(pool.reason("w1") == .passing)
        #expect(pool.subject.deadline == nil)
    }

    @Test func `goes on with the ramp of the process before it`() {
        var pool = Pool(["w1": 100, "w2": 100]) { $0.slowStart = SlowStart.Settings(duration: .seconds(20)) }
        pool.kernel = ["w1": 50, "w2": 100]
        pool.set(["w1": .up, "w2": .up])
        #expect(pool.weights == "50 100")
        #expect(pool.reason("w1") == .slowStart)
        pool.set(after: .seconds(5))
        #expect(pool.weights == "75 100")
        pool.set(after: .seconds(5))
        #expect(pool.weights == "100 100")
        #expect(pool.subject.deadline == nil)
        // Where nobody has the full weight the file has changed, and whoever is new would get nearly everything.
        var finer = Pool(["w1": 1, "w2": 1, "w3": 1]) { $0.slowStart = SlowStart.Settings(duration: .seconds(20)) }
        finer.kernel = ["w1": 1, "w2": 1]
        finer.set(["w1": .up, "w2": .up, "w3": .up])
        #expect(finer.weights == "16 16 16")
    }

    @Test(arguments: [Pool.Word.maintained, .drained, .broken, .down])
    func `starts slowly after maintenance and failure, not after a drain`(word: Pool.Word) {
        var pool = Pool(["w1": 50, "w2": 50]) { $0.slowStart = SlowStart.Settings(duration: .seconds(20)) }
        pool.set(["w1": .up, "w2": .up])
        pool.set(["w1": word], after: .seconds(10))
        #expect(pool.weights == "0 50")
        pool.set(["w1": .up])
        #expect(pool.weights == (word == .drained ? "50 50" : "1 50"))
    }

    @Test func `begins the ramp anew after another failure, and goes on with it through what is not known`() {
        var pool = Pool(["w1": 100, "w2": 100]) { $0.slowStart = SlowStart.Settings(duration: .seconds(20)) }
        pool.set(["w1": .up, "w2": .up])
        pool.set(["w1": .down])
        pool.set(["w1": .up])
        pool.set(after: .seconds(10))
        #expect(pool.weights == "50 100")
        pool.set(["w1": .unknown], after: .seconds(1))
        #expect(pool.weights == "55 100")
        pool.set(["w1": .down])
        pool.set(["w1": .up])
        #expect(pool.weights == "1 100")
    }

    @Test func `multiplies weights that are too small for a ramp, ramp or not`() {
        let rows: [(one: UInt32, two: UInt32, weights: String)] = [
            (1, 1, "16 16"), (1, 3, "16 48"), (10, 20, "20 40"), (16, 64, "16 64"), (1, 65_535, "1 65535"),
            (0, 2, "0 16"),
        ]
        for row in rows {
            var pool = Pool(["w1": row.one, "w2": row.two]) {
                $0.slowStart = SlowStart.Settings(duration: .seconds(20))
            }
            pool.set(["w1": .up, "w2": .up])
            #expect(pool.weights == row.weights)
        }
    }

    @Test func `takes no weight from a server that served through its failure`() {
        var pool = Pool(["w1": 100]) {
            $0.slowStart = SlowStart.Settings(duration: .seconds(20))
            $0.failOpen = FailOpen.Settings(below: 50, until: 60)
        }
        pool.set(["w1": .up])
        pool.set(["w1": .down])
        #expect(pool.weights == "100")
        pool.set(["w1": .up])
        #expect(pool.weights == "100")
    }

    @Test func `real servers that are added count for nothing until they have had their time`() {
        var pool = Pool(["w1": 1, "w2": 1]) { $0.failOpen = FailOpen.Settings(below: 50, until: 60) }
        pool.set(["w1": .up, "w2": .up])
        pool.set(after: .seconds(60))
        for name in ["w3", "w4", "w5"] { pool.members.append((name, .primary, 1)) }
        pool.set()
        #expect(pool.state == .available)
        #expect(pool.weights == "1 1 0 0 0")
        pool.set(["w3": .up], after: .seconds(1))
        #expect(pool.weights == "1 1 1 0 0")
        // Two of five never answer: that is known now, and three of five suffice.
        pool.set(after: .seconds(10))
        #expect(pool.state == .available)
    }

    @Test func `real servers that are exchanged do not make a service say sorry`() {
        var pool = Pool(["w1": 1, "w2": 1, "w3": 1, "s1": 1]) { $0.quorum = Quorum.Settings(weight: 3) }
        pool.set(["w1": .up, "w2": .up, "w3": .up, "s1": .up])
        pool.set(after: .seconds(60))
        pool.members[1].name = "w4"
        pool.members[2].name = "w5"
        pool.set()
        #expect(pool.state == .available)
        #expect(pool.kernel["w1"] == 1 && pool.kernel["s1"] == nil)
        pool.set(["w4": .up, "w5": .down])
        #expect(pool.state == .sorry, "now one is known to be missing")
    }

    @Test func `those that are leaving and serve on count for the quorum`() {
        var pool = ServicePool(service: "web", PoolSettings())
        let new = PoolMember(
            name: "w1",
            role: .primary,
            weight: 1,
            standing: Pool.Word.down.standing,
            applied: nil,
        )
        _ = pool.judge([new], leaving: [.primary: 2], at: Pool.start)
        #expect(pool.availability.state == .available)
        _ = pool.judge([new], at: Pool.start)
        #expect(pool.availability.state == .unavailable)
    }

    @Test func `another machine under the same name starts from nothing`() {
        var pool = ServicePool(service: "web", PoolSettings())
        func member(_ last: UInt8, _ word: Pool.Word) -> PoolMember {
            PoolMember(
                name: "w1",
                address: .v4(IPv4Address(192, 0, 2, last)),
                role: .primary,
                weight: 1,
                standing: word.standing,
                applied: nil,
            )
        }
        #expect(pool.judge([member(11, .up)], at: Pool.start).map(\.weight) == [.exactly(1)])
        #expect(pool.judge([member(11, .unknown)], at: Pool.start).map(\.weight) == [.exactly(1)])
        #expect(pool.judge([member(12, .unknown)], at: Pool.start).map(\.weight) == [.keep])
    }

    @Test func `a weight of nothing is the reason why nothing comes`() {
        var pool = Pool(["w1": 0, "w2": 1])
        pool.set(["w1": .up, "w2": .up])
        #expect(pool.weights == "0 1")
        #expect(pool.reason("w1") == .weightZero)
        #expect(pool.reason("w2") == .passing)
    }
}
