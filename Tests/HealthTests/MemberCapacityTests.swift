import Health
import Primitives
import Testing

@Suite struct `Weights that follow the agents' capacity` {
    private static func following(_ change: (inout PoolSettings) -> Void = { _ in }) -> Pool {
        Pool(["w1": 1, "w2": 2]) {
            $0.followsCapacity = true
            change(&$0)
        }
    }

    @Test(
        arguments: [
            (100, 16, 16), (50, 16, 8), (62, 16, 10), (1, 16, 1), (0, 16, 1), (50, 0, 0), (255, 16, 16),
            (50, 65_535, 32_768),
        ] as [(UInt8, UInt32, UInt32)]
    )
    func `the share of a weight is rounded and never takes a server out`(percent: UInt8, full: UInt32, share: UInt32) {
        #expect(MemberCapacity.offered(percent, evidence: "").share(of: full) == share)
        #expect(MemberCapacity.unsaid.share(of: full) == full)
        #expect(MemberCapacity.awaited.share(of: full) == full)
    }

    @Test func `a weight is multiplied, with its reason`() {
        var pool = Self.following()
        pool.capacities = [
            "w1": .offered(50, evidence: "50% by memory"), "w2": .offered(100, evidence: "100% by memory"),
        ]
        pool.set(["w1": .up, "w2": .up])
        #expect(pool.weights == "8 32", "the smallest weight counts as 16")
        #expect(pool.reason("w1") == .agentCapacity)
        #expect(pool.decisions["w1"]?.evidence == "50% by memory: weight 8 of 16")
        #expect(pool.reason("w2") == .passing)
        pool.set(["w1": .down])
        #expect(pool.weights == "0 32")
        pool.capacities = [:]
        pool.set(["w1": .up])
        #expect(pool.weights == "16 32")
    }

    @Test func `a slow start ends at the share`() {
        var pool = Self.following { $0.slowStart = SlowStart.Settings(duration: .seconds(10)) }
        pool.capacities = ["w1": .offered(50, evidence: "")]
        pool.set(["w1": .up, "w2": .up])
        pool.set(["w1": .down], after: .seconds(1))
        pool.set(["w1": .up], after: .seconds(1))
        #expect(pool.weights == "1 32")
        pool.set(after: .seconds(10))
        #expect(pool.weights == "8 32")
        #expect(pool.reason("w1") == .agentCapacity)
    }

    @Test func `after the director's start the kernel's weight is kept until the agent has had its time`() {
        for speaks in [true, false] {
            var pool = Self.following()
            pool.kernel = ["w1": 7, "w2": 32]
            pool.capacities = ["w1": .awaited, "w2": .awaited]
            pool.set(["w1": .up, "w2": .up], after: .seconds(1))
            #expect(pool.weights == "7 32")
            #expect(pool.reason("w1") == .passing)
            if speaks {
                pool.capacities = ["w1": .offered(44, evidence: ""), "w2": .offered(100, evidence: "")]
                pool.set()
                #expect(pool.weights == "7 32")
            } else {
                pool.set(after: .seconds(5))
                #expect(pool.weights == "16 32")
            }
        }
    }

    @Test func `a failed node is taken out though its agent was not heard, and one without a weight gets one`() {
        var pool = Self.following()
        pool.kernel = ["w1": 7]
        pool.capacities = ["w1": .awaited, "w2": .awaited]
        pool.set(["w1": .down, "w2": .up], after: .seconds(1))
        #expect(pool.weights == "0 32")
    }
}
