import AgentProtocol
import Primitives

/// Services whose systemd unit is about to stop.
extension AgentCore {
    /// Somebody who waits until a unit may stop.
    struct UnitWait: Hashable, Sendable {
        /// When waiting ends.
        var until: MonotonicInstant
    }

    /// The unit because of which a service is drained, if one is.
    func drain(of service: ServiceIdentity) -> UnitDrain? { saved.unitDrains.first { $0.covers(service) } }

    /// Drains the services of a unit, and lets somebody wait for it.
    mutating func stopUnit(_ drain: UnitDrain, deadline: Interval?, at now: MonotonicInstant, into turn: inout Turn) {
        let deadline = min(max(deadline ?? settings.drainDeadline, .zero), Limits.drainDeadline.upperBound)
        unitWaits[drain.unit] = UnitWait(until: now + deadline)
        turn.scope.formUnion(.regular)
        guard !saved.unitDrains.contains(drain) else { return }
        saved.unitDrains.removeAll { $0.unit == drain.unit }
        saved.unitDrains.append(drain)
        saved.unitDrains.sort { $0.unit < $1.unit }
        // No more units than a service manager of a web node stops; whoever asks for more forgets the first.
        if saved.unitDrains.count > Limits.services { saved.unitDrains.removeFirst() }
        turn.saves = true
        turn.outbound.append(.log(.unitStops(drain.unit)))
    }

    /// Takes the drain of a unit back.
    mutating func startUnit(_ unit: String, at now: MonotonicInstant, into turn: inout Turn) {
        if unitWaits.removeValue(forKey: unit) != nil { turn.last.append(.unitDrained(unit, complete: false)) }
        guard saved.unitDrains.contains(where: { $0.unit == unit }) else { return }
        saved.unitDrains.removeAll { $0.unit == unit }
        turn.saves = true
        turn.outbound.append(.log(.unitStarted(unit)))
        checks.hurry(at: now)
    }

    /// Lets go whoever waits for a unit whose services have no weight and no connections any more.
    mutating func advanceUnits(at now: MonotonicInstant, into turn: inout Turn) {
        for (unit, wait) in unitWaits.sorted(by: { $0.key < $1.key }) {
            let services = demand.services.filter { drain(of: $0)?.unit == unit }
            let isEmpty = services.allSatisfy { quiet[$0]?.clients == 0 }
            guard isEmpty || now >= wait.until else { continue }
            unitWaits[unit] = nil
            turn.last.append(.unitDrained(unit, complete: now < wait.until))
        }
    }
}
