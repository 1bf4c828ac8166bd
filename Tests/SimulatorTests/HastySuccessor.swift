import DirectorCore
import Primitives
import Simulator
import VRRP

/// A faulty agreement: it takes the claim for the fact, and acknowledges before the kernel has the addresses.
final class HastySuccessor: PeerPart {
    private let shipped = ShippedPeer()

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: PeerEvent, at now: MonotonicInstant) -> [PeerEffect] {
        guard case .electionReported(var report) = event else { return shipped.handle(event, at: now) }
        for index in report.routers.indices where report.routers[index].state == .active {
            report.routers[index].isAnnounced = true
            for address in report.routers[index].addresses.indices {
                report.routers[index].addresses[address].isHeld = true
            }
        }
        return shipped.handle(.electionReported(report), at: now)
    }
}
