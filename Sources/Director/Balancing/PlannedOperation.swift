/// A change of the kernel's table with its reason.
package struct PlannedOperation: Hashable, Sendable {
    /// The change.
    package var operation: IPVSOperation
    /// Why.
    package var reason: OperationReason

    /// Makes a planned operation.
    package init(_ operation: IPVSOperation, _ reason: OperationReason) {
        self.operation = operation
        self.reason = reason
    }
}
