import DirectorCore
import Primitives

/// What a director's loop does with preemption: a process that could not serve yet leaves an Active Router of lower
/// priority alone, until it can or has waited for long enough.
struct PreemptionHold {
    /// How long a ready director waits until it can serve.
    static let patience = Interval.seconds(5)

    private var hasReconciled = false
    private var knowsItsInterfaces = false
    /// When preemption is allowed whatever is known; nothing before the director is ready.
    private(set) var due: MonotonicInstant?
    /// Whether preemption is still deferred.
    private(set) var isHeld = true

    /// A happening on the loop.
    mutating func notice(_ event: ClusterEvent) {
        switch event {
        case .dataplaneReported(let report):
            let isReconciled = report.isConverged || !report.applied.isEmpty || !report.failures.isEmpty
            hasReconciled = hasReconciled || report.lookFailure == nil && isReconciled
        case .electionReported(let report):
            knowsItsInterfaces = report.routers.allSatisfy { !$0.findings.contains(.interfaceUnusable(.unknown)) }
        default: break
        }
    }

    /// Whether the moment has come to allow preemption; once.
    mutating func ends(_ status: @autoclosure () -> ClusterStatus, at now: MonotonicInstant) -> Bool {
        guard isHeld, hasReconciled, knowsItsInterfaces else { return false }
        guard let due else {
            due = now + Self.patience
            return false
        }
        guard now >= due || Self.canServe(status()) else { return false }
        isHeld = false
        return true
    }

    private static func canServe(_ status: ClusterStatus) -> Bool {
        status.dataplane?.isConverged == true
            && status.services.allSatisfy { $0.destinations.allSatisfy { $0.state != .unknown } }
    }
}
