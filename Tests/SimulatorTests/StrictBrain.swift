import DirectorCore
import Health
import Primitives
import Simulator

/// A faulty brain: it forgets that a service is to fail open.
final class StrictBrain: ClusterPart {
    private let shipped: ShippedCluster

    init(seed: UInt64) {
        shipped = ShippedCluster(seed: seed)
    }

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect] {
        switch event {
        case .started(let settings, let boot, let version):
            shipped.handle(.started(Self.strict(settings), bootIdentifier: boot, programVersion: version), at: now)
        case .configurationReplaced(let settings):
            shipped.handle(.configurationReplaced(Self.strict(settings)), at: now)
        default: shipped.handle(event, at: now)
        }
    }

    func status(at now: MonotonicInstant) -> ClusterStatus { shipped.status(at: now) }

    private static func strict(_ settings: ClusterSettings) -> ClusterSettings {
        var settings = settings
        for index in settings.services.indices { settings.services[index].pool.failOpen = nil }
        return settings
    }
}
