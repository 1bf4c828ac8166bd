import DirectorCore
import Primitives
import Testing
import VRRP

/// A group that is torn between two directors is whole again, on the one of them that both can tell.
@Suite struct ElectionGroupTests {
    typealias Setup = GroupPair.Setup

    @Test(arguments: [true, false], [true, false])
    func `a group whose ties go either way is whole again after a boot of both at once, and stays`(
        isReversed: Bool,
        preempts: Bool,
    ) {
        for identifiers in [[UInt8(51), 52], [52, 51]] {
            let pair = GroupPair(Setup(isReversed: isReversed, preempts: preempts, identifiers: identifiers))
            pair.start()
            pair.run(.seconds(2))
            // The router of the lowest VRID decides, and its tie goes to the greater address.
            let isFirst = (identifiers[0] < identifiers[1]) != isReversed
            #expect(pair.owner == (isFirst ? 0 : 1))
            let before = pair.changes(0) + pair.changes(1)
            #expect(before == 5, "each of them twice, and the owner once more")
            pair.run(.seconds(60))
            #expect(pair.owner == (isFirst ? 0 : 1))
            #expect(pair.changes(0) + pair.changes(1) == before)
        }
    }

    @Test func `routers of no group stay where their ties put them`() {
        let pair = GroupPair(Setup(isGroup: false))
        pair.start()
        pair.run(.seconds(10))
        #expect(pair.states(0) == [.active, .backup])
        #expect(pair.states(1) == [.backup, .active])
    }

    @Test func `a group is whole again though the word of the one that gives up is lost`() {
        let pair = GroupPair(Setup())
        pair.start()
        pair.lostResignations = 1
        pair.run(.seconds(3))
        #expect(pair.lostResignations == 0)
        #expect(pair.owner == 0)
    }

    @Test func `routers that weights pull apart are with the director that has the first one`() {
        for isCut in [false, true] {
            let pair = GroupPair(Setup(isCrossed: false, priorities: [[70, 100], [100, 70]]))
            if isCut { pair.cut = Set(GroupPair.links) }
            pair.start()
            pair.run(.seconds(3))
            pair.cut = []
            pair.run(.seconds(3))
            #expect(pair.owner == 1)
            let before = pair.changes(0) + pair.changes(1)
            pair.run(.seconds(60))
            #expect(pair.owner == 1)
            #expect(pair.changes(0) + pair.changes(1) == before)
        }
    }

    @Test(arguments: [100, 110] as [UInt8])
    func `who yields on one link while the other is cut gives up the whole group`(_ priority: UInt8) {
        for healed in GroupPair.links {
            // The second director has the greater addresses, and by turns the higher priority.
            let pair = GroupPair(
                Setup(isCrossed: false, isReversed: true, priorities: [[100, 100], [priority, priority]])
            )
            pair.cut = Set(GroupPair.links)
            pair.start()
            pair.run(.seconds(2))
            #expect(pair.states(0) == [.active, .active] && pair.states(1) == [.active, .active])
            pair.cut.remove(healed)
            pair.run(.seconds(2))
            #expect(pair.owner == 1)
            #expect(pair.reasons(0).count { $0 == .groupYielded } == 1)
            let before = pair.changes(0) + pair.changes(1)
            pair.cut = []
            pair.run(.seconds(10))
            #expect(pair.owner == 1)
            #expect(pair.changes(0) + pair.changes(1) == before)
        }
    }

    @Test func `a director that returns takes its group whole, or leaves it whole`() {
        for preempts in [true, false] {
            let pair = GroupPair(Setup(preempts: preempts, priorities: [[110, 110], [100, 100]]))
            pair.start(1)
            pair.run(.seconds(2))
            #expect(pair.states(1) == [.active, .active])
            pair.start(0)
            pair.run(.seconds(2))
            #expect(pair.owner == (preempts ? 0 : 1))
            #expect(pair.changes(0) + pair.changes(1) == (preempts ? 4 : 2))
        }
    }

    @Test(arguments: [0, 1, 2, 3] as [UInt64])
    func `a group is whole once nothing is lost any more`(_ part: UInt64) {
        for seed in part * 10..<part * 10 + 10 {
            let identifiers: [UInt8] = seed % 2 == 0 ? [51, 52] : [52, 51]
            let pair = GroupPair(Setup(identifiers: identifiers), seed: seed)
            pair.loss = 35
            pair.start()
            pair.run(.seconds(20))
            pair.loss = 0
            pair.run(.seconds(5))
            #expect(pair.owner != nil, "seed \(seed): \(pair.states(0)) and \(pair.states(1))")
        }
    }

    // MARK: One director, and what it hears.

    static let routers = ElectionTrackingTests.group()

    /// Active for both routers, with the addresses in place.
    static func active() -> Bench {
        let bench = ElectionTrackingTests.grouped()
        bench.pass(.milliseconds(400))
        bench.converge()
        bench.pass(.seconds(5))
        return bench
    }

    static func states(_ bench: Bench) -> [VirtualRouter.StateName] { bench.wholeReport.routers.map(\.state) }

    @Test func `who loses the group's first router gives up the rest with priority 0, an Active_Down_Interval later`() {
        let bench = Self.active()
        for _ in 0..<3 {
            #expect(bench.hear(100, Self.routers[0]).priorities.allSatisfy { $0 == 100 })
            bench.pass(.milliseconds(100))
            #expect(Self.states(bench) == [.backup, .active])
        }
        bench.hear(100, Self.routers[0])
        let effects = bench.pass(.milliseconds(100))
        #expect(effects.priorities.last == 0)
        #expect(Self.states(bench) == [.backup, .backup])
        #expect(bench.wholeReport.routers.map(\.reason) == [.tieLost, .groupYielded])
        #expect(bench.demand?.entries.map(\.disposition) == [.absent, .lingering], "late packets are still forwarded")
    }

    @Test func `who loses another router gives up the first one too, if it has met nobody there`() {
        let bench = Self.active()
        for _ in 0..<10 {
            bench.hear(100, Self.routers[1])
            bench.pass(.milliseconds(100))
            #expect(Self.states(bench) == [.active, .backup], "the other director may give the router up")
        }
        bench.hear(100, Self.routers[1])
        bench.pass(.milliseconds(100))
        #expect(Self.states(bench) == [.backup, .backup])
        #expect(bench.wholeReport.routers.map(\.reason) == [.groupYielded, .tieLost])
    }

    @Test func `who has prevailed for the first router keeps it, whatever the other one does`() {
        let bench = Self.active()
        bench.hear(50, Self.routers[0])
        for _ in 0..<100 {
            bench.hear(100, Self.routers[1])
            #expect(bench.pass(.milliseconds(100)).priorities.allSatisfy { $0 == 100 })
        }
        #expect(Self.states(bench) == [.active, .backup])
        // Alone again, it has both.
        bench.pass(.seconds(1))
        #expect(Self.states(bench) == [.active, .active])
    }

    @Test func `a router that was lost for a moment tears no group`() {
        let bench = Self.active()
        bench.hear(100, Self.routers[0])
        let effects = bench.pass(.seconds(2))
        #expect(effects.priorities.allSatisfy { $0 == 100 })
        #expect(Self.states(bench) == [.active, .active])
    }
}
