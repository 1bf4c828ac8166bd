extension Scenario {
    /// Every scenario, in the order in which they are played.
    static let all: [Scenario] = [[peerKeepalived], peerHealth, first, health, drains, last].flatMap(\.self)

    private static let first: [Scenario] = [
        idleCost, webKill, webUnplug, vipDeleted, vipAs24, arpIgnoreReset, agentKillRestart,
    ]

    private static let last: [Scenario] = [
        directorStop, directorPowerOff, directorKillRestart, directorKillNoRestart, plannedChanges, clockStep,
        servicesCleared, destinationDeleted, weightChanged, foreignService,
        connections, plan, persistence, weightedLeastConnections, memory, takeoverComparison,
        wrongNodeControl, webNodesSilent,
    ]
}
