package import Primitives

/// What separates the kernel's table from the desired one.
package struct Plan: Hashable, Sendable {
    /// The changes in the order in which they have to be made.
    package var operations: [PlannedOperation] = []
    /// The destinations that wait for their connections to end.
    package var draining: [DrainingDestination] = []
    /// When to look again even if nothing happens: the first drain deadline.
    package var nextLook: MonotonicInstant?

    /// Makes a plan that changes nothing.
    package init() {}

    /// Whether the kernel has all that is wanted, and nothing else of ours but what drains.
    package var isConverged: Bool { operations.isEmpty }
}
