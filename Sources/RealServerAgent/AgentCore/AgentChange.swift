package import AgentProtocol
package import Primitives

/// A change that the journal tells, the reason included.
package enum AgentChange: Hashable, Sendable {
    /// A fact has another verdict than before.
    case fact(Fact, before: FactVerdict?)
    /// A director connected and said Hello.
    case linkUp(director: String, remote: IPAddress)
    /// A director's link ended.
    case linkDown(director: String, reason: String)
    /// A director wants something else than before.
    case desired(director: String, generation: UInt64, addresses: Int, services: Int)
    /// A director wants an address that the agent's file does not allow.
    case addressRefused(IPAddress)
    /// A virtual address that was missing was added.
    case addressAdded(IPAddress)
    /// A virtual address of ours was removed.
    case addressRemoved(IPAddress, AddressRemovalReason)
    /// An ARP setting was written.
    case sysctlWritten(SysctlKey, before: Int, after: Int)
    /// An effect could not be executed.
    case failed(String, reason: String)
    /// Somebody undoes repairs as fast as they are made; they pause.
    case repairsPaused
    /// A release began.
    case releaseBegan(deadline: Interval)
    /// Every connected director acknowledged the drain.
    case drainAcknowledged
    /// A release ended.
    case releaseEnded(complete: Bool)
    /// The node offers another share of its capacity, in percent; nothing where that is not known.
    case capacity(UInt8?, evidence: String)
    /// The operator of the node holds it back, or does so no more.
    case held(NodeHold)
    /// A systemd unit is about to stop, so that its services are drained.
    case unitStops(String)
    /// It has started again.
    case unitStarted(String)
    /// The settings were replaced.
    case configurationReplaced
    /// The agent stops.
    case stopping
}

/// Why a virtual address of ours was removed.
package enum AddressRemovalReason: String, Hashable, Sendable {
    /// Every configured director withdrew it and its connections ended.
    case withdrawn
    /// The agent's file allows it no more.
    case disallowed
    /// The node was released.
    case released
    /// It stood there with a prefix that makes a whole network local.
    case wrongPrefix = "wrong-prefix"
    /// The kernel did not deliver it, so it is added anew.
    case undelivered
}
