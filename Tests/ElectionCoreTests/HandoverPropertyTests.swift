import Primitives
import Testing

/// Whatever becomes of the messages of a handover, the addresses have an owner, and not two for longer than agreed.
struct HandoverPropertyTests {
    /// An interval until the next look at the clock, and a message's way there and back.
    static let overlap = Interval.milliseconds(110)
    /// The Active_Down_Interval of the lower priority, and a message's way; a restarted one may wait once more.
    static let gap = Interval.milliseconds(400)

    @Test(arguments: UInt64(0)..<12)
    func `nothing goes wrong: there is an owner at every moment`(_ seed: UInt64) {
        let pair = HandoverPair(seed: seed, .init())
        let outcome = pair.run(.seconds(30))
        #expect(outcome.handovers > 3)
        #expect(outcome.longestGap == .zero)
        #expect(outcome.longestOverlap == .zero)
        #expect(pair.nodes.allSatisfy { $0.acknowledged == $0.handover || $0.acknowledged == $0.handover - 1 })
    }

    @Test(arguments: UInt64(0)..<36)
    func `lost, late, repeated and cancelled: there is an owner at every moment`(_ seed: UInt64) {
        var faults = HandoverPair.Faults()
        faults.loss = 30
        faults.repetition = 30
        faults.delay = .seconds(2)
        faults.cancels = true
        let outcome = HandoverPair(seed: seed, faults).run(.seconds(40))
        #expect(outcome.longestGap == .zero)
        #expect(outcome.longestOverlap <= Self.overlap)
    }

    @Test(arguments: UInt64(0)..<36)
    func `either dies at any moment: the other is the owner within its timer`(_ seed: UInt64) {
        var faults = HandoverPair.Faults()
        faults.loss = 10
        faults.repetition = 20
        faults.delay = .milliseconds(700)
        faults.cancels = true
        faults.crashes = true
        let outcome = HandoverPair(seed: seed, faults).run(.seconds(60))
        #expect(outcome.longestGap <= Self.gap)
        #expect(outcome.longestOverlap <= Self.overlap)
    }
}
