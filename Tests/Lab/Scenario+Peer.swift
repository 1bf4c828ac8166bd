import Primitives

extension Scenario {
    /// The baseline: Debian's keepalived at equal settings loses its active director.
    static let peerKeepalived = Scenario(
        name: "peer-keepalived",
        summary: "keepalived at equal settings: the active director is powered off",
        directors: .keepalived,
        repeats: .all,
    ) { cluster, outcome in
        let takeover = try Takeover(cluster) { try cluster.powerOff(cluster.directors[0]) }
        outcome.time("keepalived takeover since its last advertisement", takeover.sinceAdvertisement)
        outcome.time("keepalived takeover since the cut", takeover.sinceIncident)
        cluster.takeovers[.keepalived, default: []].append(takeover.sinceAdvertisement?.inMilliseconds ?? .infinity)
        outcome.load(takeover.load)
        try cluster.bringBack(cluster.directors[0])
    }

    /// Tandem's takeover after a power cut is not slower than keepalived's in the same run.
    static let takeoverComparison = Scenario(
        name: "takeover-comparison",
        summary: "the takeovers after a power cut, Tandem's against keepalived's of the same run",
    ) { cluster, outcome in
        let ours = Bound.median(cluster.takeovers[.tandem] ?? [])
        let theirs = Bound.median(cluster.takeovers[.keepalived] ?? [])
        for (name, value) in [("Tandem, median", ours), ("keepalived, median", theirs)] {
            outcome.figures.append(.init(name: name, value: value, unit: "ms", bound: .none))
        }
        // Both wait for the same timer; two runs under emulation scatter by some milliseconds either way.
        let limit = theirs + (Emulation.allowance > 1 ? 50 : 0)
        outcome.figures.append(.init(name: "Tandem may take", value: limit, unit: "ms", bound: .none))
        outcome.check("not slower", ours <= limit, "\(rounded(ours)) ms, may take \(rounded(limit)) ms")
    }
}
