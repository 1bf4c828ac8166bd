import DirectorCore
import Health
import Primitives
import Simulator

/// A faulty brain: it does not believe its probes when they call a real server down.
final class CredulousBrain: ClusterPart {
    private let shipped: ShippedCluster

    init(seed: UInt64) {
        shipped = ShippedCluster(seed: seed)
    }

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect] {
        guard case .probeReported(var report) = event else { return shipped.handle(event, at: now) }
        report.entries.removeAll { $0.verdict.state == .down }
        return shipped.handle(.probeReported(report), at: now)
    }

    func status(at now: MonotonicInstant) -> ClusterStatus { shipped.status(at: now) }
}
