package import Balancing
package import Primitives

/// What the dataplane thread found and did at one look.
package struct DataplaneReport: Hashable, Sendable {
    /// An operation that the kernel refused.
    package struct Failure: Hashable, Sendable {
        /// The operation.
        package var operation: PlannedOperation
        /// The kernel's errno.
        package var errorNumber: Int32
        /// The error in words.
        package var explanation: String

        /// Whether the next try may well succeed: EINTR 4, EAGAIN 11, ENOMEM 12, EBUSY 16, ENOBUFS 105.
        package var isPassing: Bool { [4, 11, 12, 16, 105].contains(errorNumber) }

        /// Makes a failure.
        package init(operation: PlannedOperation, errorNumber: Int32, explanation: String) {
            self.operation = operation
            self.errorNumber = errorNumber
            self.explanation = explanation
        }
    }

    /// When the dump was taken.
    package var at: MonotonicInstant
    /// The kernel's table as it was dumped before the operations, foreign services included, in order.
    package var services: [ObservedService]
    /// The operations that succeeded, in order.
    package var applied: [PlannedOperation]
    /// The operations that failed.
    package var failures: [Failure]
    /// Why there was no dump, if there was none; the report then says nothing about services.
    package var lookFailure: String?
    /// Whether nothing had to be changed.
    package var isConverged: Bool
    /// The destinations that wait for their connections to end.
    package var draining: [DrainingDestination]
    /// How often somebody else changed what was right, since the start.
    package var drift: DriftStatistics
    /// The kernel parameters that are not as they should be, and those that were repaired.
    package var findings: [SystemFinding]
    /// How connections are synchronized; nothing before the election was heard, or where they are not.
    package var connectionSync: ConnectionSyncStatus?
    /// Sync daemons that somebody else had stopped or changed.
    package var syncRepairs: [PlannedSyncOperation]
    /// Whether every kernel parameter is as it should be.
    package var isSystemReady: Bool { findings.allSatisfy { $0.outcome == .repaired || $0.isAdvisory } }

    /// Makes a report of a look that found everything in order.
    package init(
        at: MonotonicInstant,
        services: [ObservedService] = [],
        applied: [PlannedOperation] = [],
        failures: [Failure] = [],
        lookFailure: String? = nil,
        isConverged: Bool = true,
        draining: [DrainingDestination] = [],
        drift: DriftStatistics = DriftStatistics(),
        findings: [SystemFinding] = [],
        connectionSync: ConnectionSyncStatus? = nil,
        syncRepairs: [PlannedSyncOperation] = [],
    ) {
        self.at = at
        self.services = services
        self.applied = applied
        self.failures = failures
        self.lookFailure = lookFailure
        self.isConverged = isConverged
        self.draining = draining
        self.drift = drift
        self.findings = findings
        self.connectionSync = connectionSync
        self.syncRepairs = syncRepairs
    }
}
