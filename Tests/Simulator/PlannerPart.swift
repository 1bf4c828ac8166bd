package import Balancing
package import Primitives

/// What the world runs to compare the desired table with the kernel's.
package protocol PlannerPart: AnyObject {
    /// Plans what separates the two.
    func plan(desired: DesiredTable, observed: [ObservedService], at now: MonotonicInstant) -> Plan
}

/// The shipped planner.
package final class ShippedPlanner: PlannerPart {
    private var reconciler = Reconciler(sparesAtFirst: true)

    /// Makes a planner that has seen nothing.
    package init() {}

    package func plan(desired: DesiredTable, observed: [ObservedService], at now: MonotonicInstant) -> Plan {
        reconciler.plan(desired: desired, observed: observed, at: now)
    }
}
