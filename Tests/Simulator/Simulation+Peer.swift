import DirectorCore
import Primitives
import VRRP

extension Simulation {
    /// Whether the directors' files have the same passwords.
    var haveOneKey: Bool {
        let keys = directors.map { $0.election.routers.map(\.authentication) }
        return keys.allSatisfy { $0 == keys.first }
    }

    /// Whether the link between the directors gets through: on the LAN, or on a path of its own.
    var canPeer: Bool {
        guard directors.allSatisfy(\.kernel.isPowered) else { return false }
        if options.hasPeerPath { return !isPeerPathCut }
        return canTalk(0, 1) && directors.allSatisfy(\.kernel.isReachable)
    }
}
