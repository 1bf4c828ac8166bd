import Health
import PeerProtocol
import Primitives

/// What the other director sees, and what follows from the two views together.
extension ClusterCore {
    /// The other director.
    struct Peer: Hashable {
        var director = ""
        var opinions: [DestinationKey: PeerOpinion] = [:]
        /// Whether a name means the same there.
        var hasSameConfiguration = true
    }

    /// A real server that one director alone does not reach.
    struct Unreached: Hashable {
        var director: String
        var reason: Reason
        var evidence: String
        var since: MonotonicInstant
        /// How long it has to stand to be called a diagnosis.
        var delay: Interval
        var isReported: Bool

        /// When it has stood long enough.
        var deadline: MonotonicInstant? { isReported ? nil : since + delay }
    }

    /// How long the directors must differ: two that probe the same dead node do not notice at the same time.
    static var diagnosisDelay: Interval { .seconds(3) }

    mutating func take(_ opinions: [PeerOpinion], from director: String, hasSameConfiguration: Bool) {
        var known: [DestinationKey: PeerOpinion] = [:]
        for opinion in opinions {
            known[DestinationKey(service: opinion.service, realServer: opinion.realServer)] = opinion
        }
        let new = Peer(director: director, opinions: known, hasSameConfiguration: hasSameConfiguration)
        guard new != peer else { return }
        peer = new
        isUndecided = true
    }

    /// Finds the real servers that one director alone sees down while the other sees them up.
    ///
    /// What this director says of the other one its agent has to confirm. What it says of itself the other one's word
    /// suffices for, because who is cut off from a node seldom hears its agent either.
    mutating func compareWithPeer(_ settings: ClusterSettings, at now: MonotonicInstant) {
        for server in settings.realServers {
            let found = disagreement(about: server.name, settings)
            let known = unreached[server.name]
            if let found, var known, known.director == found.director {
                (known.reason, known.evidence) = (found.reason, found.evidence)
                if !known.isReported, now >= known.since + known.delay {
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
                    delay: found.delay,
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
    ) -> (director: String, reason: Reason, evidence: String, delay: Interval)? {
        guard peer.hasSameConfiguration else { return nil }
        for service in settings.services {
            let key = DestinationKey(service: service.name, realServer: server)
            guard let own = destinations[key], let peers = peer.opinions[key] else { continue }
            switch (own.standing.health, peers.state) {
            case (.down, .up) where own.standing.healthReason.isAboutReachability:
                // Without an agent the other one may notice a death by so much later.
                let phase = own.isConfirmedByAgent ? .zero : service.probe.interval + service.probe.timeout
                let agent = own.isConfirmedByAgent ? " and its agent call" : " calls"
                let evidence = "\(service.name): \(own.standing.healthReason); \(peer.director)\(agent) it up"
                return (settings.directorName, .reachedByPeerAlone, evidence, Self.diagnosisDelay + phase)
            case (.up, .down)
            where own.isConfirmedByAgent && Reason(rawValue: peers.reason)?.isAboutReachability ?? false:
                let evidence =
                    "\(service.name): \(peers.reason); \(settings.directorName) and its agent call it up"
                return (peer.director, .notReachedByPeer, evidence, Self.diagnosisDelay)
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
        let narrow = narrowPaths[server].map { ["\(Reason.pathMTUTooSmall): \($0)"] } ?? []
        guard let found = unreached[server], found.isReported else { return narrow }
        return ["\(found.director) cannot reach \(server): \(found.evidence)"] + narrow
    }
}
