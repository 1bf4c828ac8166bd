/// How often somebody else changed what was right, by reason.
package struct DriftStatistics: Hashable, Sendable {
    private var counts: [OperationReason: UInt64] = [:]

    /// Makes statistics of nothing.
    package init() {}

    /// The count of one reason.
    package subscript(_ reason: OperationReason) -> UInt64 { counts[reason, default: 0] }

    /// The count of all reasons.
    package var total: UInt64 { counts.values.reduce(0, +) }

    /// Counts the drift among a plan's operations.
    mutating func count(_ operations: [PlannedOperation]) {
        for operation in operations where operation.reason.isDrift { counts[operation.reason, default: 0] += 1 }
    }
}
