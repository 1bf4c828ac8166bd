import DirectorCore
import Primitives
import VRRP

/// The last thing that happens in a healthy world: planned changes, none of which may leave a client without an owner.
struct HandoverCheck {
    let world: Simulation

    func run() {
        // Not all of them in every world: each costs seconds.
        if world.options.hasPeerLink, world.seed % 3 != 0 { failOver() }
        let leaver = world.directors[Int(world.seed % 2)]
        let isVersion3 = world.options.elections[0].routers.allSatisfy { $0.version == .version3 }
        if isVersion3, world.seed / 2 % 3 == 0 { restart(leaver) }
        stop(leaver)
    }

    /// An operator moves everything that a director has.
    private func failOver() {
        let node = world.directors[Int(world.seed / 2 % 2)]
        let keys = node.election.routers.map(\.key).filter { world.electionChecker.state(node.index, $0) == .active }
        guard world.violation == nil, !keys.isEmpty else { return }
        guard node.election.routers.allSatisfy({ !$0.isAddressOwner }) else { return }
        world.ownership.watch()
        world.wasMoved = true
        node.process?.failOver()
        world.run(until: world.now + .seconds(1) + world.advertisementInterval)
        for key in keys where world.electionChecker.state(1 - node.index, key) != .active {
            return world.fail(.liveness, .oneActive, "\(node.name) did not hand \(key.virtualRouterIdentifier) over")
        }
        expectUnbroken("a failover of \(node.name)")
        // What lingers goes.
        guard world.seed % 5 == 0 else { return }
        world.run(until: world.now + .milliseconds(3500))
        expectUnbroken("the end of a failover")
        world.electionChecker.checkConvergence()
    }

    /// `systemctl restart`: the addresses stay where they are.
    private func restart(_ node: DirectorNode) {
        guard world.violation == nil, hearsOther(node) else { return }
        let states = node.election.routers.map { world.electionChecker.state(node.index, $0.key) }
        world.ownership.watch()
        node.restart(after: .milliseconds(100))
        world.run(until: world.now + .seconds(2) + world.advertisementInterval * 4)
        guard world.violation == nil else { return }
        expectUnbroken("a restart of \(node.name)")
        let after = node.election.routers.map { world.electionChecker.state(node.index, $0.key) }
        guard states != after else { return }
        // Both processes remember what an operator moved, and both may be new by now: then priority decides again.
        if world.wasMoved { return world.electionChecker.checkPriorities() }
        world.fail(.liveness, .rightActive, "\(node.name) was \(states) and is \(after)")
    }

    /// Whether a new process of a director's hears the other one within its own Active_Down_Interval, before which it
    /// knows no other interval: a reload may have left them with different ones, which both name in their status.
    private func hearsOther(_ node: DirectorNode) -> Bool {
        let other = world.directors[1 - node.index]
        return node.election.routers.allSatisfy { router in
            other.election.routers.filter { $0.key == router.key }.allSatisfy {
                $0.advertisementInterval < router.advertisementInterval * 3
            }
        }
    }

    private func stop(_ leaver: DirectorNode) {
        guard world.violation == nil else { return }
        let stayer = world.directors[1 - leaver.index]
        let keys = leaver.election.routers.map(\.key)
        let interval = world.advertisementInterval
        world.ownership.watch()
        world.timeTold = .zero
        leaver.process?.requestStop()
        // Skew_Time is less than an interval; threads, netlink and the first announcement follow.
        let due = world.now + interval + .milliseconds(90)
        world.run(until: due)
        // Before anything is offered the successor is told of the connections, while the leaver serves.
        world.run(until: due + world.timeTold)
        guard world.violation == nil else { return }
        for key in keys {
            guard world.electionChecker.state(stayer.index, key) == .active else {
                return world.fail(.liveness, .oneActive, "\(stayer.name) did not take over from \(leaver.name) in time")
            }
        }
        for address in stayer.election.routers.flatMap(\.addresses).map(\.address) {
            guard world.client.cache[address] == Lan.mac(stayer.index) else {
                return world.fail(
                    .liveness,
                    .clientFindsActive,
                    "\(address) was not announced by \(stayer.name) in time"
                )
            }
        }
        if world.options.hasPeerLink { expectUnbroken("a stop of \(leaver.name)", lastWord(of: leaver)) }
        world.run(until: world.now + .seconds(2))
        if leaver.process != nil { world.fail(.liveness, .oneActive, "\(leaver.name) does not end") }
    }

    /// The owner of the addresses claims them to the last, and its successor answers its last word: a round trip.
    private func lastWord(of leaver: DirectorNode) -> Interval {
        leaver.election.routers.contains(where: \.isAddressOwner) ? .milliseconds(1) : .zero
    }

    /// Not one instant without an owner, and none in which a packet of the client's finds nobody.
    private func expectUnbroken(_ what: String, _ lastWord: Interval = .zero) {
        let ownerless = world.ownership.longestOwnerless
        let blackout = world.ownership.longestBlackout
        guard ownerless > .zero || blackout > lastWord else { return }
        world.fail(.safety, .makeBeforeBreak, "\(what): nobody for \(ownerless), the client unserved for \(blackout)")
    }
}
