import Health
package import PeerProtocol
import Primitives

/// What the other director sees, and what follows from the two views together.
extension ClusterCore {
    /// The other director.
    struct Peer {
        var director = ""
        var opinions: [DestinationKey: PeerOpinion] = [:]
    }

    /// A real server that one director alone does not reach.
    struct Unreached: Hashable {
        var director: String
        var reason: Reason
        var evidence: String
        var since: MonotonicInstant
        var isReported: Bool

        /// When it has stood long enough to be called a diagnosis.
        var deadline: MonotonicInstant? { isReported ? nil : since + ClusterCore.diagnosisDelay }
    }

    /// How long the directors must differ: two that probe the same dead node do not notice at the same time.
    static var diagnosisDelay: Interval { .seconds(3) }

    /// What this director sees of every real server, from its own probes and agents' links alone, in the file's order.
    package var opinions: [PeerOpinion] {
        guard let settings else { return [] }
        return settings.services.flatMap { service in
            service.members.compactMap { member -> PeerOpinion? in
                let key = DestinationKey(service: service.name, realServer: member.realServer)
                guard let standing = destinations[key]?.standing else { return nil }
                // What only the peer knows is not told back to it as if it were known here.
                let isBorrowed = standing.healthReason == .peerConfirms || standing.healthReason == .peerSeesDown
                let reason = isBorrowed ? .awaitingResults : standing.healthReason
                return PeerOpinion(
                    service: service.name,
                    realServer: member.realServer,
                    state: isBorrowed ? .unknown : Self.peerState(standing),
                    reason: reason.rawValue,
                )
            }
        }
    }

    private static func peerState(_ standing: Standing) -> PeerOpinion.State {
        switch state(standing) {
        case .up: .up
        case .down: .down
        case .draining, .drained: .draining
        case .maintenance: .maintenance
        case .unknown: .unknown
        }
    }

    mutating func take(_ opinions: [PeerOpinion], from director: String) {
        var known: [DestinationKey: PeerOpinion] = [:]
        for opinion in opinions {
            known[DestinationKey(service: opinion.service, realServer: opinion.realServer)] = opinion
        }
        guard known != peer.opinions || director != peer.director else { return }
        peer = Peer(director: director, opinions: known)
        isUndecided = true
    }

    /// Finds the real servers that one director alone sees down while the other and the agent see them up.
    mutating func compareWithPeer(_ settings: ClusterSettings, at now: MonotonicInstant) {
        for server in settings.realServers {
            let found = disagreement(about: server.name, settings)
            let known = unreached[server.name]
            if let found, var known, known.director == found.director {
                (known.reason, known.evidence) = (found.reason, found.evidence)
                if !known.isReported, now >= known.since + Self.diagnosisDelay {
                    known.isReported = true
                    logReachability(known, of: server.name, isOver: false)
                }
                unreached[server.name] = known
                continue
            }
            if let known, known.isReported { logReachability(known, of: server.name, isOver: true) }
            unreached[server.name] = found.map { found in
                Unreached(
                    director: found.director,
                    reason: found.reason,
                    evidence: found.evidence,
                    since: now,
                    isReported: false
                )
            }
        }
        let names = Set(settings.realServers.map(\.name))
        unreached = unreached.filter { names.contains($0.key) }
    }

    private func disagreement(
        about server: String,
        _ settings: ClusterSettings,
    ) -> (director: String, reason: Reason, evidence: String)? {
        for service in settings.services {
            let key = DestinationKey(service: service.name, realServer: server)
            guard let own = destinations[key], own.isConfirmedByAgent, let peers = peer.opinions[key] else { continue }
            switch (own.standing.health, peers.state) {
            case (.down, .up) where own.standing.healthReason.isAboutReachability:
                let evidence =
                    "\(service.name): \(own.standing.healthReason); \(peer.director) and its agent call it up"
                return (settings.directorName, .reachedByPeerAlone, evidence)
            case (.up, .down) where Reason(rawValue: peers.reason)?.isAboutReachability ?? false:
                let evidence =
                    "\(service.name): \(peers.reason); \(settings.directorName) and its agent call it up"
                return (peer.director, .notReachedByPeer, evidence)
            default:
                continue
            }
        }
        return nil
    }

    private mutating func logReachability(_ unreached: Unreached, of server: String, isOver: Bool) {
        logs.append(
            StatusChange(
                .reachability(director: unreached.director, realServer: server),
                from: isOver ? "not reached" : "reached",
                to: isOver ? "reached" : "not reached",
                isOver ? .reachableAgain : unreached.reason,
                evidence: isOver ? "" : unreached.evidence,
                level: isOver ? .notice : .warning,
            )
        )
    }

    /// What is wrong between the directors and a real server, in words.
    func findings(about server: String) -> [String] {
        guard let found = unreached[server], found.isReported else { return [] }
        return ["\(found.director) cannot reach \(server): \(found.evidence)"]
    }
}
