/// Why a virtual router is in the state that it is in; the same words in log, status and metrics.
package enum TransitionReason: String, Hashable, Sendable, CaseIterable {
    /// The process has started and knows nothing about its interface yet.
    case started
    /// The interface became usable.
    case interfaceUsable
    /// The interface is missing, down, without carrier or without an address of its own.
    case interfaceUnusable
    /// Something tracked fails that takes it out of the election.
    case trackedFault
    /// Another router of its synchronisation group cannot take part in the election.
    case groupFault
    /// Another router of its synchronisation group has its Active Router elsewhere, and the group moves together.
    case groupYielded
    /// It owns the addresses (priority 255).
    case addressOwner
    /// Nobody advertised during the first Active_Down_Interval.
    case nobodyHeard
    /// The Active Router fell silent for the Active_Down_Interval.
    case activeRouterSilent
    /// The Active Router advertised priority 0.
    case activeRouterGaveUp
    /// The Active Router has the lower priority.
    case preemption
    /// A router of higher priority advertised.
    case higherPriorityHeard
    /// A router of equal priority and greater address advertised.
    case tieLost
    /// This process was not running for so long that a Backup Router must have taken over.
    case resumedLate
    /// The Active Router handed the addresses over.
    case handover
    /// It handed the addresses over.
    case handedOver
    /// It was Active before a planned restart.
    case restarted
    /// The operator asked for a stop.
    case stopRequested
    /// The router is no longer configured.
    case removed
}
