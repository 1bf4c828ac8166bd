import Primitives

/// What a service makes of one member.
extension ServicePool {
    /// Decides about a member in its role.
    mutating func decide(
        _ member: PoolMember,
        _ view: View,
        scale: UInt32,
        at now: MonotonicInstant,
    ) -> PoolMember.Decision {
        let own = member.standing.decision
        let isNeeded: Bool? =
            switch member.role {
            case .primary: true
            case .backup: view.needsBackups
            case .sorry: view.needsSorry
            }
        switch isNeeded {
        case false?:
            let standby = HealthDecision(.zero, .standingBy, by: .service)
            return PoolMember.Decision(
                weight: .absent,
                decision: own.weightPolicy == .serve ? standby : own,
                evidence: ""
            )
        case nil where member.standing.administrative == .inService:
            // What the kernel has may be what serves: nothing is taken out before it is known to be superfluous.
            let decision = own.weightPolicy == .zero ? own : HealthDecision(.keep, own.reason, by: own.decider)
            return PoolMember.Decision(weight: .adopt, decision: decision, evidence: "")
        case nil:
            return PoolMember.Decision(weight: .absent, decision: own, evidence: "")
        case true?:
            break
        }
        let full = member.weight * scale
        let offered = member.capacity.share(of: full)
        var result = decideNeeded(member, view, full: offered, at: now)
        if member.weight == 0, result.decision == own, own.weightPolicy == .serve {
            result.decision = HealthDecision(.serve, .weightZero, by: .service)
        }
        guard case .exactly(let weight) = result.weight, weight > 0 else { return result }
        if member.role != .sorry, view.needsSorry == true {
            result.weight = .exactly(0)
            result.decision = HealthDecision(.zero, .quorumLost, by: .service)
            result.evidence = "the sorry servers answer"
        } else if result.decision == own, own.weightPolicy == .serve, member.role != .primary {
            let reason: Reason = member.role == .backup ? .backupInUse : .sorryInUse
            result.decision = HealthDecision(.serve, reason, by: .service)
        } else if result.decision == own, own.weightPolicy == .serve, case .offered(_, let evidence) = member.capacity,
            offered != full
        {
            result.decision = HealthDecision(.serve, .agentCapacity, by: .service)
            result.evidence = "\(evidence): weight \(offered) of \(full)"
        }
        // What the kernel has was decided by what the agent said before this director's start.
        if isAwaited(member, at: now), member.capacity == .awaited, (member.applied ?? 0) > 0 { result.weight = .keep }
        return result
    }

    /// Decides about a member that is needed.
    private mutating func decideNeeded(
        _ member: PoolMember,
        _ view: View,
        full: UInt32,
        at now: MonotonicInstant,
    ) -> PoolMember.Decision {
        let standing = member.standing
        let own = standing.decision
        let serves = records[member.name]?.serves
        func decided(_ weight: PoolWeight, _ decision: HealthDecision, _ evidence: String = "") -> PoolMember.Decision {
            PoolMember.Decision(weight: weight, decision: decision, evidence: evidence)
        }
        guard standing.administrative == .inService else { return decided(.exactly(0), own) }
        // Of one that has just been added nothing is known, not even that it holds the address.
        let isNew = serves == nil && isAwaited(member, at: now)
        let failsOpen = view.isOpen && !standing.forbidsFailingOpen && member.role == .primary && !isNew
        switch (own.weightPolicy, serves) {
        case (.serve, _):
            if view.held.contains(member.name), !failsOpen {
                let heldUntil = records[member.name]?.holdDown.heldUntil ?? now
                return decided(
                    .exactly(0),
                    HealthDecision(.zero, .flapping, by: .service),
                    "came up again and is held for \(heldUntil - now)",
                )
            }
            return ramped(member, view, own, full: full, at: now)
        case (.keep, true?):
            return ramped(member, view, own, full: full, at: now)
        case (.zero, _), (.keep, false?), (.keep, nil):
            break
        }
        let complaints = ([standing.healthReason] + standing.furtherReasons).map(\.rawValue).joined(separator: ", ")
        let share = "\(availability.servingWeight) of \(availability.totalWeight) passes its checks"
        if failsOpen {
            return decided(
                .exactly(full),
                HealthDecision(.serve, .failOpen, by: .service),
                "\(complaints); \(share)",
            )
        }
        if view.kept.contains(member.name) {
            return decided(
                .exactly(full),
                HealthDecision(.serve, .ejectionLimit, by: .service),
                "\(complaints); \(share)",
            )
        }
        return decided(serves == nil ? .keep : .exactly(0), own)
    }

    /// The weight of a member that serves, after what it was through.
    private mutating func ramped(
        _ member: PoolMember,
        _ view: View,
        _ own: HealthDecision,
        full: UInt32,
        at now: MonotonicInstant,
    ) -> PoolMember.Decision {
        let plain = PoolMember.Decision(weight: .exactly(full), decision: own, evidence: "")
        guard var record = records[member.name], let slowStart = settings.slowStart, member.role != .sorry, full > 1
        else { return plain }
        defer { records[member.name] = record }
        if record.slowStart == nil, record.hasBeenOut, (record.given ?? member.applied ?? 0) == 0 {
            record.slowStart = SlowStart(slowStart, at: now)
        } else if record.slowStart == nil, record.given == nil, view.knowsFullWeight, member.capacity != .awaited,
            let applied = member.applied, (1..<full).contains(applied)
        {
            // The ramp of the process before this one.
            record.slowStart = SlowStart(slowStart, continuing: applied, of: full, at: now)
        }
        guard let ramp = record.slowStart, now < ramp.end else {
            record.slowStart = nil
            return plain
        }
        return PoolMember.Decision(
            weight: .exactly(ramp.weight(of: full, at: now)),
            decision: own.weightPolicy == .serve ? HealthDecision(.serve, .slowStart, by: .service) : own,
            evidence: "weight \(full) in \(ramp.end - now)",
        )
    }
}
