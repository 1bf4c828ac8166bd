import Primitives

extension Scenario {
    /// What happens to web nodes, with Tandem's directors; what its agents repair and what only they can suffer has
    /// scenarios of its own.
    static let health: [Scenario] =
        [
            Incident.announcedStop, .stop, .hang, .wrongAddress, .powerOff, .agentLinkCut, .standbyCut,
            .activeCut, .status500,
        ].map { $0.scenario() } + [Incident.probeLoss.scenario(repeats: .never)]

    /// The same with keepalived, as far as it can happen there: it has no agents.
    static let peerHealth: [Scenario] =
        [
            Incident.stop, .kill, .hang, .wrongAddress, .powerOff, .vipMissing, .arpIgnore, .standbyCut,
            .activeCut, .status500,
        ].map { $0.scenario(.keepalived) } + [Incident.probeLoss.scenario(.keepalived, repeats: .never)]
}
