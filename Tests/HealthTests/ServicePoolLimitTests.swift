import Health
import Primitives
import Testing

/// Flapping, limits, quorum, and the servers behind the servers.
@Suite struct `A service's limits` {
    // MARK: Hold-down.

    @Test func `holds a server that flaps, longer each time`() {
        var pool = Pool(["w1": 1, "w2": 1]) {
            $0.holdDown = HoldDown.Settings(free: 1, first: .seconds(2), maximum: .seconds(60), forget: .seconds(30))
        }
        pool.set(["w1": .up, "w2": .up])
        for (held, index) in zip([Int64(0), 2, 4, 8], 1...) {
            pool.set(["w1": .down], after: .seconds(1))
            pool.set(["w1": .up], after: .milliseconds(200))
            #expect(pool.weights == (held == 0 ? "1 1" : "0 1"), "failure \(index)")
            guard held > 0 else { continue }
            #expect(pool.reason("w1") == .flapping)
            pool.set(after: .seconds(held) - .milliseconds(1))
            #expect(pool.weights == "0 1")
            pool.set(after: .milliseconds(1))
            #expect(pool.weights == "1 1")
        }
        // A planned absence is no failure.
        pool.set(["w1": .drained])
        pool.set(["w1": .up])
        #expect(pool.weights == "1 1")
    }

    @Test func `holds nobody whom the service needs`() {
        var pool = Pool(["w1": 1, "w2": 1]) {
            $0.holdDown = HoldDown.Settings(free: 0, first: .seconds(5), maximum: .seconds(5), forget: .seconds(30))
        }
        pool.set(["w1": .up, "w2": .up])
        pool.set(["w1": .down, "w2": .down])
        pool.set(["w2": .up])
        #expect(pool.weights == "0 1")
        #expect(pool.state == .available)
        pool.set(["w1": .up], after: .seconds(1))
        // The one that was held first is given back first.
        #expect(pool.weights == "0 1")
        pool.set(["w2": .down])
        #expect(pool.weights == "1 0")
    }

    // MARK: Ejection limit.

    @Test func `takes out no more on its checks than the limit, those that failed first`() {
        var pool = Pool(["w1": 1, "w2": 1, "w3": 1, "w4": 1]) { $0.maximumEjection = 50 }
        pool.set(["w1": .up, "w2": .up, "w3": .up, "w4": .up])
        pool.set(["w4": .down], after: .seconds(1))
        pool.set(["w3": .down], after: .seconds(1))
        #expect(pool.weights == "1 1 0 0")
        pool.set(["w1": .down], after: .seconds(1))
        #expect(pool.weights == "1 1 0 0")
        #expect(pool.reason("w1") == .ejectionLimit)
        // One that is wrong for certain goes whatever the limit says, and counts.
        pool.set(["w2": .broken], after: .seconds(1))
        #expect(pool.weights == "1 0 1 0")
        pool.set(["w2": .up, "w4": .up], after: .seconds(1))
        #expect(pool.weights == "0 1 0 1")
    }

    @Test func `may always take out one server`() {
        var pool = Pool(["w1": 1, "w2": 1, "w3": 1]) { $0.maximumEjection = 10 }
        pool.set(["w1": .up, "w2": .down, "w3": .up])
        #expect(pool.weights == "1 0 1")
        pool.set(["w1": .down], after: .seconds(1))
        #expect(pool.weights == "1 0 1")
    }

    // MARK: Fail open.

    @Test func `fails open below its share, and never to a node known to be wrong`() {
        var pool = Pool(["w1": 1, "w2": 1, "w3": 1, "w4": 1]) { $0.failOpen = FailOpen.Settings(below: 50, until: 75) }
        pool.set(["w1": .up, "w2": .up, "w3": .up, "w4": .up])
        pool.set(["w1": .down, "w2": .broken])
        #expect(pool.weights == "0 0 1 1")
        #expect(pool.state == .available)
        pool.set(["w3": .down])
        #expect(pool.weights == "1 0 1 1")
        #expect(pool.state == .failingOpen)
        #expect(pool.reason("w1") == .failOpen)
        #expect(pool.reason("w2") == .vipMissing)
        // Two of four is within the band.
        pool.set(["w3": .up])
        #expect(pool.weights == "1 0 1 1")
        pool.set(["w1": .up])
        #expect(pool.state == .available)
        pool.set(["w1": .maintained, "w3": .drained, "w4": .down])
        #expect(pool.weights == "0 0 0 1")
        #expect(pool.state == .failingOpen)
    }

    @Test func `does not fail open to a node whose direct path is dead, whatever else is wrong with it`() {
        var pool = Pool(["w1": 1, "w2": 1]) { $0.failOpen = FailOpen.Settings(below: 100, until: 100) }
        pool.set(["w1": .up, "w2": .up])
        pool.set(["w1": .cutOff, "w2": .down])
        #expect(pool.weights == "0 1")
        #expect(pool.reason("w1") == .probeTimedOut)
        #expect(pool.reason("w2") == .failOpen)
    }

    @Test func `fails open to nodes of which nothing is known once they have had their time`() {
        var pool = Pool(["w1": 1, "w2": 1]) { $0.failOpen = FailOpen.Settings(below: 50, until: 50) }
        pool.set(["w1": .down])
        #expect(pool.weights == "0 0")
        pool.set(after: .seconds(5))
        #expect(pool.weights == "1 1")
        #expect(pool.state == .failingOpen)
    }

    // MARK: Backup and sorry servers.

    @Test func `brings in the backups when the primary servers do not meet the quorum, and the sorry servers last`() {
        var pool = Pool(["w1": 2, "w2": 2, "b1": 1, "b2": 2, "s1": 1, "s2": 3]) {
            $0.quorum = Quorum.Settings(weight: 3, hysteresis: 1)
        }
        pool.set(["w1": .up, "w2": .up, "b1": .up, "b2": .up, "s1": .up, "s2": .down])
        #expect(pool.weights == "2 2 - - - -")
        #expect(pool.reason("b1") == .standingBy)
        // Within the band.
        pool.set(["w1": .down])
        #expect(pool.weights == "0 2 - - - -")
        pool.set(["w2": .down])
        #expect(pool.weights == "0 0 1 2 - -")
        #expect(pool.reason("b1") == .backupInUse)
        #expect(pool.state == .available)
        #expect(pool.subject.availability.usesBackups)
        pool.set(["b2": .down])
        #expect(pool.weights == "0 0 0 0 1 0")
        #expect(pool.state == .sorry)
        #expect(pool.reason("b1") == .quorumLost)
        #expect(pool.reason("s1") == .sorryInUse)
        // Three is the quorum, and a lost one takes four.
        pool.set(["w1": .up])
        #expect(pool.weights == "0 0 0 0 1 0")
        #expect(pool.reason("w1") == .quorumLost)
        pool.set(["w2": .up])
        #expect(pool.weights == "2 2 - - - -")
        #expect(pool.state == .available)
    }

    @Test func `lets what is left serve where no sorry server can answer`() {
        var pool = Pool(["w1": 1, "w2": 1, "s1": 1]) { $0.quorum = Quorum.Settings(weight: 2) }
        pool.set(["w1": .up, "w2": .down, "s1": .down])
        #expect(pool.weights == "1 0 -")
        #expect(pool.state == .unavailable)
        pool.set(["s1": .up])
        #expect(pool.weights == "0 0 1")
        pool.set(["s1": .drained])
        #expect(pool.weights == "1 0 -")
    }

    @Test func `prefers a sorry server that answers to servers that fail their checks`() {
        var pool = Pool(["w1": 1, "s1": 1]) { $0.failOpen = FailOpen.Settings(below: 50, until: 50) }
        pool.set(["w1": .down, "s1": .up])
        #expect(pool.weights == "0 1")
        pool.set(["s1": .down])
        #expect(pool.weights == "1 -")
        #expect(pool.state == .failingOpen)
    }

    // MARK: Everything at once.

    @Test func `holds its promises whatever happens`() {
        var generator = SeededGenerator(seed: 20_261_122)
        for _ in 0..<200 {
            var pool = Pool(["w1": 1, "w2": 2, "w3": 3, "b1": 2, "s1": 1]) { settings in
                if Bool.random(using: &generator) { settings.failOpen = FailOpen.Settings(below: 40, until: 60) }
                if Bool.random(using: &generator) { settings.maximumEjection = 50 }
                if Bool.random(using: &generator) { settings.slowStart = SlowStart.Settings(duration: .seconds(8)) }
                if Bool.random(using: &generator) { settings.holdDown = HoldDown.Settings() }
                settings.quorum = Quorum.Settings(weight: UInt32.random(in: 2...5, using: &generator), hysteresis: 1)
            }
            let words: [Pool.Word] = [.up, .up, .down, .broken, .cutOff, .unknown, .drained, .maintained]
            for _ in 0..<60 {
                let name = pool.members[Int.random(in: 0..<5, using: &generator)].name
                let word = words[Int.random(in: 0..<words.count, using: &generator)]
                pool.set([name: word], after: .milliseconds(Int64.random(in: 0...4_000, using: &generator)))
                for member in pool.members {
                    let weight = pool.kernel[member.name] ?? 0
                    switch pool.words[member.name] {
                    case .broken?, .cutOff?, .drained?, .maintained?: #expect(weight == 0, "\(member.name)")
                    case .down?:
                        let isForced = pool.state == .failingOpen || pool.reason(member.name) == .ejectionLimit
                        #expect(weight == 0 || isForced, "\(member.name)")
                    case .up?, .unknown?, nil: break
                    }
                }
                let canServe = pool.members.contains { $0.role == .primary && pool.words[$0.name] == .up }
                if canServe { #expect(pool.kernel.values.contains { $0 > 0 }, "\(pool.words)") }
                let mightServe = pool.members.contains { $0.role == .primary && pool.words[$0.name] == .down }
                if mightServe, pool.subject.settings.failOpen != nil, pool.now > Pool.start + .seconds(5) {
                    #expect(pool.kernel.values.contains { $0 > 0 }, "\(pool.words)")
                }
            }
        }
    }
}
