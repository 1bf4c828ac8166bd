package import Primitives

/// What can happen to the agent.
package enum AgentEvent: Hashable, Sendable {
    /// The program starts, with what it had saved.
    case started(saved: SavedState?)
    /// The operator replaced the settings.
    case configurationReplaced(AgentSettings)
    /// Something in the kernel changed in these parts; what, only a look can tell.
    case hostChanged(ObservationScope)
    /// The host was looked at.
    case observed(HostObservation)
    /// What was to be run ended.
    case ran(LocalRun, LocalRunOutcome)
    /// A service has accepted no connection for so long, or goes on.
    case accepts(ServiceIdentity, stall: Interval?)
    /// The listener for the directors is open.
    case listening
    /// A director's connection stands, its key known.
    case linkOpened(connection: UInt64, director: KeyFingerprint, remote: IPAddress)
    /// Bytes came on a connection.
    case linkReceived(connection: UInt64, bytes: [UInt8])
    /// A connection ended.
    case linkClosed(connection: UInt64, reason: String)
    /// The state file was written.
    case saved
    /// An effect could not be executed.
    case effectFailed(AgentEffect, reason: String)
    /// The operator wants the node drained and its virtual addresses removed.
    case releaseRequested(deadline: Interval?)
    /// The operator of the node holds it back from new connections, or does so no more.
    case holdRequested(NodeHold)
    /// A systemd unit is about to stop and waits until its services are drained.
    case unitStops(UnitDrain, deadline: Interval?)
    /// A systemd unit has started.
    case unitStarted(String)
    /// The program shall end.
    case stopRequested
    /// The time that `deadline` named has come.
    case deadlineReached
}
