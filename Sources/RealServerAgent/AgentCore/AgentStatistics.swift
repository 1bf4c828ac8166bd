/// What the agent did so far, in numbers.
package struct AgentStatistics: Hashable, Sendable, Codable {
    /// Virtual addresses added.
    package var addressesAdded: UInt64 = 0
    /// Virtual addresses, or wrong prefixes of them, removed.
    package var addressesRemoved: UInt64 = 0
    /// Sysctls written.
    package var sysctlsWritten: UInt64 = 0
    /// Links opened.
    package var linksOpened: UInt64 = 0
    /// Links closed because the other end broke the protocol.
    package var violations: UInt64 = 0
    /// Effects that failed.
    package var failures: UInt64 = 0

    /// Makes statistics of an agent that did nothing yet.
    package init() {}
}
