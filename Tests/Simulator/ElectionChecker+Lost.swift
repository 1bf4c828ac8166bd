import DirectorCore
import Primitives
import VRRP

/// An address without an owner, although a director is there that would have to take it.
extension ElectionChecker {
    func checkLost() {
        for node in world.directors where !isAble(node) && !isSilent(node) { settledSince[node.index] = nil }
        for node in world.directors where isAble(node) || isSilent(node) {
            // Whose machine was silent has it all before it once it is not.
            let isBack = isAble(node) && !couldTakeOver.contains(node.index)
            settledSince[node.index] = isBack ? world.now : settledSince[node.index] ?? world.now
            // Its threads went on, or its process started, later than that.
            let begun = node.process.map { process in process.loops.map(\.resumedAt).max() ?? process.startedAt }
            if let begun { settledSince[node.index] = max(settledSince[node.index] ?? begun, begun) }
        }
        let able = world.directors.filter(isAble)
        couldTakeOver = Set(able.map(\.index))
        let times = settledSince.compactMap { $0 }
        guard times.count == 2, !able.isEmpty, let settled = times.max() else { return }
        let interval = max(world.advertisementInterval, longestHeard.max() ?? .zero)
        let retries = world.drawn.netlinkFailures > 0 ? Interval.seconds(4) : .zero
        // A file that is ahead of the process by a reload's lag names addresses that it does not know.
        let lag = Interval.milliseconds(1500)
        let bound = interval * 4 + world.drawn.netlinkDelay.upperBound * 6 + retries + lag + world.timerLateness * 4
        for (address, record) in world.ownership.records.sorted(by: { $0.key < $1.key }) where record.owners.isEmpty {
            guard able.contains(where: { $0.election.routers.flatMap(\.addresses).contains { $0.address == address } })
            else { continue }
            let missing = world.now - max(settled, record.since)
            guard missing > bound else { continue }
            world.fail(.safety, .noLostOwner, "nobody has had \(address) for \(missing)")
        }
    }

    private func isAble(_ node: DirectorNode) -> Bool {
        guard let process = node.process, node.kernel.isReachable, !process.isStopping else { return false }
        return process.loops.allSatisfy { !$0.isStalled }
    }

    /// Nothing of the machine is heard any more.
    private func isSilent(_ node: DirectorNode) -> Bool { node.process == nil || !node.kernel.isReachable }
}
