package import Primitives

extension VirtualRouter {
    /// What two directors have agreed upon beside the protocol, so that a change of the Active Router is make before
    /// break: for a while both are Active, and neither contends.
    ///
    /// Whatever gets lost, the agreement ends by itself, and the rows of RFC 9568 decide again.
    package enum Handover: Hashable, Sendable {
        /// Nothing; the protocol alone decides.
        case none
        /// Active, and waiting for the successor.
        case handingOver(until: MonotonicInstant)
        /// Active, and waiting for the one before to let go.
        case takingOver(until: MonotonicInstant)
        /// Backup, and content with the successor as long as it is Active.
        case yielding

        /// Whether it waits for a successor.
        package var isHandingOver: Bool {
            if case .handingOver = self { true } else { false }
        }
    }

    /// Ends an agreement whose time has run out.
    mutating func endLapsedHandover(before event: Event, at now: MonotonicInstant) -> [Effect] {
        switch handover {
        case .none, .yielding: return []
        case .handingOver(let until), .takingOver(let until):
            guard now >= until else { return [] }
            // Who slept through the end of it says nothing before it has demoted itself.
            guard event != .resumedLate else {
                handover = .none
                return []
            }
            return endHandover()
        }
    }

    /// Contends again; the one that was to hand over asserts itself, because its successor may have announced itself.
    mutating func endHandover() -> [Effect] {
        defer { handover = .none }
        guard handover.isHandingOver else { return [] }
        return [.sendAdvertisement(priority: settings.priority), .announce]
    }
}
