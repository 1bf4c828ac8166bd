import Primitives
import VRRP

extension ElectionCore {
    /// How often the peer's unchanged word counts again.
    private static let claimInterval = Interval.seconds(1)

    /// How a router stood before an event that may tell of another owner.
    struct Contention {
        /// Whether it was Active, without any handover, for longer than a takeover may have two owners.
        var isSettled: Bool
        /// How many advertisements of lower rank it had heard as Active Router.
        var lowerHeard: UInt64

        init(of slot: Slot, at time: MonotonicInstant) {
            isSettled = slot.isActive && slot.router.handover == .none && time >= slot.router.since + slot.patience
            lowerHeard = slot.router.statistics.lowerPriorityHeardWhileActive
        }
    }

    /// Notes two owners if a router and the one that it heard were both Active.
    ///
    /// A router of higher priority that is heard may have preempted a moment ago, which is nothing to worry about; one of
    /// equal priority may not.
    func noteContention(
        _ event: VirtualRouter.Event,
        of slot: Slot,
        _ before: Contention,
        at time: MonotonicInstant,
    ) {
        guard case .advertisementReceived(_, let source) = event else { return }
        let hasAsserted = slot.router.statistics.lowerPriorityHeardWhileActive > before.lowerHeard
        if hasAsserted {
            if slot.assertedAt.map({ time - $0 > slot.patience }) ?? true { slot.assertingSince = time }
            slot.assertedAt = time
        }
        guard before.isSettled else { return }
        let hasLostTie = slot.router.state.name == .backup && slot.router.reason == .tieLost
        guard hasAsserted || hasLostTie else { return }
        note(.advertisement, of: slot, from: source, at: time)
    }

    /// Looks whether another machine claims an address of an Active Router in ARP or in a neighbour advertisement.
    mutating func receiveClaim(
        of claimed: IPAddress,
        by mac: MACAddress,
        on interface: String,
        at now: MonotonicInstant,
    ) {
        guard let own = found?.interfaces.first(where: { $0.name == interface })?.mac, mac != own else { return }
        for slot in slots where slot.settings.interface == interface && slot.isActive {
            guard slot.settings.addresses.contains(where: { $0.address == claimed }) else { continue }
            // By agreement the other director has the address too.
            guard slot.router.handover == .none else { continue }
            guard !isJustPreempted(slot, at: now) else {
                // The one before says its last word: it is answered, and is no second owner.
                slot.announcer.evidence(at: now)
                continue
            }
            slot.router.statistics.addressConflicts += 1
            var conflict = ElectionReport.AddressConflict(
                address: claimed,
                mac: mac,
                firstSeen: now,
                lastSeen: now,
                count: 0
            )
            if let known = slot.conflict, known.mac == mac, known.address == claimed { conflict = known }
            conflict.lastSeen = now
            conflict.count += 1
            slot.conflict = conflict
            note(.neighbour, of: slot, at: now)
            answer(slot, at: now)
        }
    }

    /// Whether the router took the addresses from a living Active Router so lately that this one may still claim them.
    private func isJustPreempted(_ slot: Slot, at now: MonotonicInstant) -> Bool {
        slot.router.reason == .preemption
            && now < slot.router.since + slot.patience
    }

    /// Takes the peer's own word for which routers it is Active, and for which of them it outranks this director.
    mutating func peerClaims(_ active: [String], superior: [String], at now: MonotonicInstant) {
        let before = peerClaim
        (peerClaim, superiorClaim) = (active, superior)
        for slot in slots where active.contains(slot.settings.name) && Contention(of: slot, at: now).isSettled {
            note(.peerLink, of: slot, at: now)
            if !before.contains(slot.settings.name) { answer(slot, at: now) }
        }
    }

    /// Holds the peer's word against routers that became Active after it was given.
    mutating func noteClaims(at now: MonotonicInstant) {
        for slot in slots where slot.isActive && peerClaim.contains(slot.settings.name) {
            let isNoted = slot.splitBrain.map { episode in
                episode.evidence.contains(.peerLink) && now < episode.lastSeen + Self.claimInterval
            }
            guard isNoted != true, Contention(of: slot, at: now).isSettled else { continue }
            note(.peerLink, of: slot, at: now)
            answer(slot, at: now)
        }
    }

    /// Announces the addresses again, unless the peer is known to be the one that shall have them.
    ///
    /// Two owners that answer each other leave the clients with neither; where nobody knows, they do ever more rarely.
    private func answer(_ slot: Slot, at now: MonotonicInstant) {
        guard !superiorClaim.contains(slot.settings.name) else { return }
        slot.announcer.contest(at: now)
    }

    private func note(
        _ evidence: ElectionReport.SplitBrain.Evidence,
        of slot: Slot,
        from source: IPAddress? = nil,
        at now: MonotonicInstant,
    ) {
        var episode = ElectionReport.SplitBrain(evidence: [], firstSeen: now, lastSeen: now, count: 0)
        if let known = slot.splitBrain, now < known.lastSeen + Self.conflictMemory { episode = known }
        if !episode.evidence.contains(evidence) {
            episode.evidence = ElectionReport.SplitBrain.Evidence.allCases.filter {
                $0 == evidence || episode.evidence.contains($0)
            }
        }
        episode.source = source ?? episode.source
        episode.lastSeen = max(episode.lastSeen, now)
        episode.count += 1
        slot.splitBrain = episode
    }
}

extension ElectionCore.Slot {
    /// The Active_Down_Interval of a router that has this one's interval and priority.
    fileprivate var patience: Interval { router.activeDownInterval(of: settings.advertisementInterval) }

    /// Whether a lesser router has advertised for so long that it cannot have heard this Active Router.
    func isDisregarded(at now: MonotonicInstant) -> Bool {
        guard isActive, let assertedAt, let assertingSince else { return false }
        return now - assertedAt <= patience && now - assertingSince > patience
    }
}
