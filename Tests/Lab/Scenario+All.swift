extension Scenario {
    /// Every scenario, in the order in which they are played.
    static let all: [Scenario] = [
        peerKeepalived,
        idleCost, webKill, webUnplug, vipDeleted, vipAs24, arpIgnoreReset, agentKillRestart,
        directorStop, directorPowerOff, directorKillRestart, directorKillNoRestart, plannedChanges, clockStep,
        servicesCleared, destinationDeleted, weightChanged, foreignService,
        connections, plan, persistence, weightedLeastConnections, memory, takeoverComparison,
        wrongNodeControl, webNodesSilent,
    ]
}
