import DirectorCore
import Primitives
import VRRP

/// What must be so after all healed.
extension ElectionChecker {
    func checkConvergence() {
        guard world.violation == nil else { return }
        for router in world.directors[0].election.routers { checkConvergence(router.key) }
    }

    private func checkConvergence(_ key: RouterKey) {
        let active = world.directors.filter { state($0.index, key) == .active }
        guard active.count == 1, let winner = active.first, let own = settings(winner, key) else {
            let states = world.directors.map { "\($0.name) \(state($0.index, key))" }
            return world.fail(.liveness, .oneActive, "VRID \(key.virtualRouterIdentifier): \(states)")
        }
        let loser = world.directors[1 - winner.index]
        // What an operator moved stays where it is.
        if !world.wasMoved { checkPriority(of: winner, own, against: loser) }
        for address in own.addresses.map(\.address) {
            guard winner.kernel.holds(address), !loser.kernel.holds(address) else {
                return world.fail(.liveness, .oneActive, "\(address) is not on \(winner.name) alone")
            }
            guard world.client.cache[address] == Lan.mac(winner.index) else {
                let found = world.client.cache[address].map { "\($0)" } ?? "nowhere"
                return world.fail(
                    .liveness,
                    .clientFindsActive,
                    "\(address) is on \(winner.name), the client has \(found)"
                )
            }
        }
    }

    /// Of two directors the one with the higher priority is Active, if it may preempt.
    func checkPriorities() {
        for router in world.directors[0].election.routers {
            guard let winner = world.directors.first(where: { state($0.index, router.key) == .active }),
                let own = settings(winner, router.key)
            else { continue }
            checkPriority(of: winner, own, against: world.directors[1 - winner.index])
        }
    }

    private func checkPriority(of winner: DirectorNode, _ own: VirtualRouterSettings, against loser: DirectorNode) {
        guard let other = settings(loser, own.key), other.priority > own.priority,
            other.preemptMode || other.isAddressOwner
        else { return }
        world.fail(
            .liveness,
            .rightActive,
            "\(winner.name) with \(own.priority), not \(loser.name) with \(other.priority)"
        )
    }
}
