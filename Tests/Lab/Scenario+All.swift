extension Scenario {
    /// Every scenario, in the order in which they are played.
    ///
    /// Drains come before web servers are killed: their resets never pass a director, whose table then keeps the connections
    /// as established for a quarter of an hour.
    static let all: [Scenario] = [[peerKeepalived], peerHealth, [idleCost], drains, first, health, last, pools, end]
        .flatMap(\.self)

    private static let first: [Scenario] = [
        webKill, webUnplug, vipDeleted, vipAs24, arpIgnoreReset, agentKillRestart,
    ]

    private static let last: [Scenario] = [
        directorStop, directorPowerOff, directorKillRestart, directorKillNoRestart, plannedChanges, reusedPorts,
        clockStep,
        servicesCleared, destinationDeleted, weightChanged, foreignService,
        connections, plan, persistence, weightedLeastConnections,
    ]

    private static let end: [Scenario] = [
        memory, takeoverComparison, ProbeLoss.comparison, wrongNodeControl, webNodesSilent,
    ]
}
