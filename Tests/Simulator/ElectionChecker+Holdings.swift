import DirectorCore
import Primitives
import VRRP

/// Who holds the addresses in the kernels, and how long two do.
extension ElectionChecker {
    func checkHoldings(_ node: DirectorNode) {
        // A refused change is tried again after a second.
        let retries = world.drawn.netlinkFailures > 0 ? Interval.seconds(3) : .zero
        let bound = world.drawn.netlinkDelay.upperBound * 3 + .seconds(1) + retries + Self.slack
        for (key, watch) in watches[node.index].sorted(by: { $0.key < $1.key }) {
            let holds =
                settings(node, key)?.addresses.contains { node.kernel.holds($0.address) } ?? false
            let isWrong = holds && watch.state == .backup && watch.lastHeard != nil && !watch.heardResignation
            guard isWrong, let process = node.process, process.loops.allSatisfy({ !$0.isStalled }) else {
                watches[node.index][key]?.holdsWrongly = nil
                continue
            }
            let latest = process.loops.map(\.resumedAt).max() ?? world.now
            let since = max(watch.holdsWrongly ?? world.now, latest)
            watches[node.index][key]?.holdsWrongly = since
            guard world.now - since > bound else { continue }
            world.fail(
                .safety,
                .backupHoldsNothing,
                "\(node.name) is Backup and keeps an address for \(world.now - since)"
            )
        }
    }

    /// Two machines hold and advertise only while they cannot hear each other, and shortly after.
    func checkOverlap() {
        let (first, second) = (world.directors[0], world.directors[1])
        let isUndisturbed =
            !world.network[0, 1].isCut && !world.network[1, 0].isCut && world.network[0, 1].loss == 0
            && world.haveOneKey
            && world.directors.allSatisfy { node in
                node.kernel.isReachable && !node.filtersVRRP
                    && node.process?.loops.allSatisfy { !$0.isStalled } ?? false
            }
        if !isUndisturbed { obstacleAt = world.now }
        for router in first.election.routers {
            let key = router.key
            let both = [first, second].allSatisfy { node in
                state(node.index, key) == .active
                    && router.addresses.contains { node.kernel.holds($0.address) }
            }
            guard both else {
                overlapSince[key] = nil
                continue
            }
            let since = overlapSince[key] ?? world.now
            overlapSince[key] = since
            let interval = [first, second].compactMap { settings($0, key)?.advertisementInterval }.max() ?? .zero
            let network = world.network[0, 1]
            let delay = network.delay.upperBound + (network.reordering > 0 ? network.overtaken.upperBound : .zero)
            let isAgreed = watches.contains { watch in
                watch[key].map { $0.handover != .none && $0.handover != .yielding } ?? false
            }
            let agreement = isAgreed ? PeerCore.handoverPatience + PeerCore.successionGrace : .zero
            let bound = interval * 4 + delay + agreement + Self.slack + world.timerLateness
            guard world.now - max(since, obstacleAt) > bound else { continue }
            world.fail(.safety, .oneHolder, "both directors hold \(router.name) for \(world.now - since)")
        }
    }
}
