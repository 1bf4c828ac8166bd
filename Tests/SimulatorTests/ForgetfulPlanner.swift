import Balancing
import Primitives
import Simulator

/// A faulty planner: it never sets a weight to 0.
final class ForgetfulPlanner: PlannerPart {
    private let shipped = ShippedPlanner()

    func plan(desired: DesiredTable, observed: [ObservedService], at now: MonotonicInstant) -> Plan {
        var plan = shipped.plan(desired: desired, observed: observed, at: now)
        plan.operations.removeAll { planned in
            guard case .setDestination(_, let destination) = planned.operation else { return false }
            return destination.weight == 0
        }
        return plan
    }
}
