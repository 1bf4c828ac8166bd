import DirectorCore
import Health
import Primitives
import Simulator

/// A faulty brain: it never says why a real server is down.
final class TaciturnBrain: ClusterPart {
    /// How it keeps its silence.
    enum Manner: CaseIterable {
        case saysNothing
        case namesNoReason
    }

    private let shipped: ShippedCluster
    private let manner: Manner

    init(seed: UInt64, _ manner: Manner) {
        shipped = ShippedCluster(seed: seed)
        self.manner = manner
    }

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect] {
        shipped.handle(event, at: now).compactMap { effect in
            guard case .log(var change) = effect, case .destination = change.subject, change.to == "down" else {
                return effect
            }
            guard manner == .namesNoReason else { return nil }
            change.reason = .awaitingResults
            return .log(change)
        }
    }

    func status(at now: MonotonicInstant) -> ClusterStatus { shipped.status(at: now) }
}
