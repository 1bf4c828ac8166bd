package import Primitives

/// What the shell shall do, in the order given.
package enum AgentEffect: Hashable, Sendable {
    /// Send bytes to a director.
    case send(connection: UInt64, bytes: [UInt8])
    /// Close a connection once everything before was sent.
    case close(connection: UInt64)
    /// Write the state file.
    case save(SavedState)
    /// Write a sysctl.
    case writeSysctl(SysctlKey, Int)
    /// Add an address to `lo` as a host prefix with scope host and Tandem's mark.
    case addAddress(IPAddress)
    /// Remove exactly this address.
    case removeAddress(ObservedAddress)
    /// Open the listener for the directors.
    case listen
    /// Let in the directors with these keys and no others, and nobody who comes to one of these virtual addresses.
    case admit([KeyFingerprint], refusedAt: [IPAddress])
    /// Tell the service manager that the start is complete.
    case ready
    /// Look at these parts of the host and report what is there.
    case observe(ObservationScope, addresses: [IPAddress], directors: [IPAddress])
    /// Run a check on the node itself and report how it ended, unless the last run of it has not ended.
    case run(LocalRun)
    /// Tell the journal.
    case log(AgentChange)
    /// Tell whoever asked for the release that it is done, or what is left.
    case releaseFinished(complete: Bool)
    /// Tell whoever waits for a unit's drain that it is done, or that its time is up.
    case unitDrained(String, complete: Bool)
    /// End the program.
    case finish
}

extension AgentEffect {
    /// Whether it only tells the journal.
    var isLog: Bool {
        if case .log = self { true } else { false }
    }
}
