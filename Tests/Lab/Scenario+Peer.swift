import Primitives

extension Scenario {
    /// The baseline: Debian's keepalived at equal settings loses its active director.
    static let peerKeepalived = Scenario(
        name: "peer-keepalived",
        summary: "keepalived at equal settings: the active director is powered off",
        directors: .keepalived,
        isRepeated: true,
    ) { cluster, outcome in
        let takeover = try Takeover(cluster) { try cluster.powerOff(cluster.directors[0]) }
        outcome.time("keepalived takeover since its last advertisement", takeover.sinceAdvertisement)
        outcome.time("keepalived takeover since the cut", takeover.sinceIncident)
        outcome.load(takeover.load)
        try cluster.bringBack(cluster.directors[0])
    }
}
