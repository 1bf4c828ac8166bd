import DirectorCore
import Primitives
import Simulator
import VRRP

/// A faulty election: once Active it ignores advertisements of higher priority (RFC 9568 section 6.4.3 forbids it).
final class DeafRouter: ElectionPart {
    private let shipped: ShippedElection
    private var isActive = false

    init(at now: MonotonicInstant) {
        shipped = ShippedElection(at: now)
    }

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect] {
        if isActive, case .packetReceived = event { return [] }
        let effects = shipped.handle(event, at: now)
        for case .publish(let report) in effects { isActive = report.routers.contains { $0.state == .active } }
        return effects
    }
}
