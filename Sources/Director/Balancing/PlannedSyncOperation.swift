/// A change of the sync daemons with its reason.
package struct PlannedSyncOperation: Hashable, Sendable {
    /// The change.
    package var operation: SyncDaemonOperation
    /// Why; drift is what somebody else changed.
    package var reason: OperationReason

    /// Makes a planned operation.
    package init(_ operation: SyncDaemonOperation, _ reason: OperationReason) {
        self.operation = operation
        self.reason = reason
    }
}
