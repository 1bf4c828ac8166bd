import DirectorCore
import Primitives
import Simulator

/// A faulty agreement: it lets go as soon as it has offered, without waiting for the acknowledgement.
final class HastyOwner: PeerPart {
    private let shipped = ShippedPeer()

    var deadline: MonotonicInstant? { shipped.deadline }

    func handle(_ event: PeerEvent, at now: MonotonicInstant) -> [PeerEffect] {
        shipped.handle(event, at: now).flatMap { effect -> [PeerEffect] in
            guard case .election(.handOver(let routers, _)) = effect else { return [effect] }
            return [effect, .election(.letGo(routers: routers))]
        }
    }
}
