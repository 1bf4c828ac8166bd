package import Primitives
import VRRP

/// The election of one director: its virtual routers, their interfaces, addresses and announcements.
///
/// The shell reads every socket to its end before it hands over `deadlineReached`, and every event comes with the
/// present time; a packet carries the time of its reception besides, and is judged by that.
package struct ElectionCore: ~Copyable {
    /// How long a stop waits for the addresses thread.
    package static let stopPatience: Interval = .seconds(1)
    /// How long addresses that were let go stay on the loopback interface.
    package static let lingering: Interval = .seconds(3)
    /// How long they stay there when the director stops.
    package static let lastLingering: Interval = .seconds(1)
    /// How often counters alone are published.
    package static let counterInterval: Interval = .seconds(1)
    /// How long a conflict stays in the status after it was seen last.
    package static let conflictMemory: Interval = .seconds(60)

    var slots: [Slot] = []
    var found: AddressReport?
    var demand = AddressDemand(generation: 0, entries: [])
    var rejections = RejectionCounts()
    var refusedSettings: ElectionSettings.Problem?
    var defersPreemption = false
    var resumes: [String: MonotonicInstant] = [:]
    var peerClaim: [String] = []
    /// Those of them for which its priority is higher than this director's.
    var superiorClaim: [String] = []
    var clock: ElectionClock?
    var trackFailures: [TrackSettings.Source: [TrackSettings.Failure]] = [:]
    var stopDeadline: MonotonicInstant?
    var suspension: Suspension?
    var hasStopped = false
    var owesReport = false
    var published: (report: ElectionReport, at: MonotonicInstant)?

    /// Makes an election that waits for `started`.
    package init() {}

    /// When `deadlineReached` is wanted next.
    package var deadline: MonotonicInstant? {
        guard !hasStopped else { return nil }
        return (slots.compactMap(\.deadline) + [stopDeadline, suspension?.deadline].compactMap { $0 }).min()
    }

    /// Whether the process has slept since the last event for so long that nothing may be sent any more.
    package func isLate(at now: MonotonicInstant) -> Bool {
        slots.contains { slot in slot.router.lateAfter.map { now >= $0 } ?? false }
    }

    /// Takes an event and says what follows from it, in order.
    package mutating func handle(_ event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect] {
        act(on: event, at: now) + reports(at: now)
    }

    /// Takes an event and says what has to be done, in order; the reports that it leads to are asked for afterwards.
    ///
    /// In two steps because a report takes about as long as what it tells of, and no takeover shall wait for it.
    package mutating func act(on event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect] {
        guard !hasStopped else { return [] }
        var effects: [ElectionEffect] = []
        // Before anything else, and above all before anything is sent: a process that slept through its peers' timers
        // knows nothing about the present.
        var wasLate = false
        for slot in slots { wasLate = noticeLateness(of: slot, at: now, &effects) || wasLate }
        switch event {
        case .started(let settings):
            resumes = settings.resumes
            replace(settings, at: now, &effects)
        case .configurationReplaced(let settings): replace(settings, at: now, &effects)
        case .packetReceived(let packet):
            // A flood of what is refused costs little: its counters are published with the next deadline.
            guard receive(packet, at: now, &effects) || wasLate else { return [] }
        case .arpReceived(let interface, let packet):
            receiveClaim(of: .v4(packet.senderAddress), by: packet.senderMAC, on: interface, at: now)
        case .neighbourAdvertised(let interface, let advertisement):
            receiveClaim(of: .v6(advertisement.target), by: advertisement.mac, on: interface, at: now)
        case .addressesReported(let report): take(report, at: now, &effects)
        case .preemptionDeferred(let isDeferred):
            defersPreemption = isDeferred
            for slot in slots { refreshPreemption(of: slot, at: now) }
        case .handOver(let routers, let until): order(.handOver(until: until), to: routers, at: now, &effects)
        case .takeOver(let routers, let until): order(.takeOver(until: until), to: routers, at: now, &effects)
        case .letGo(let routers): order(.letGo, to: routers, at: now, &effects)
        case .concludeTakeOver(let routers, let until):
            order(.takeOverConcluded(until: until), to: routers, at: now, &effects)
        case .cancelHandOver(let routers): order(.handOverCancelled, to: routers, at: now, &effects)
        case .peerReported(let active, let superior): peerClaims(active, superior: superior, at: now)
        case .suspend(let until): suspend(until: until, at: now, &effects)
        case .trackReported(let source, let failures): take(failures, from: source, at: now, &effects)
        case .clockRead(let realTime):
            clock = ElectionClock(realTimeNanoseconds: realTime, at: now, after: clock)
        case .stopRequested: stop(at: now, &effects)
        case .deadlineReached:
            expire(at: now, &effects)
            noteClaims(at: now)
        }
        moveGroups(at: now, &effects)
        settle(at: now, &effects)
        return effects
    }

    /// What is to be published since the events that were acted on; nothing if nothing has changed.
    package mutating func reports(at now: MonotonicInstant) -> [ElectionEffect] {
        guard owesReport else { return [] }
        owesReport = false
        var effects: [ElectionEffect] = []
        publish(at: now, &effects)
        return effects
    }

    /// How the election stands.
    package func report(at now: MonotonicInstant) -> ElectionReport {
        ElectionReport(
            routers: slots.map { status(of: $0, at: now) },
            rejections: rejections,
            refusedSettings: refusedSettings,
            addressRepairs: found?.repairs ?? 0,
            isStopping: stopDeadline != nil || suspension != nil
        )
    }
}

extension ElectionCore {
    /// Takes a router that has slept too long out of its role; false if it has not.
    private func noticeLateness(of slot: Slot, at now: MonotonicInstant, _ effects: inout [ElectionEffect]) -> Bool {
        guard let limit = slot.router.lateAfter, now >= limit else { return false }
        slot.router.statistics.resumedLate += 1
        slot.resumedAt = now
        // The addresses stay until somebody is heard: without a peer nothing is lost, with one it is a moment.
        if slot.isActive { slot.keepsFound = true }
        apply(.resumedLate, to: slot, at: now, &effects)
        return true
    }

    private mutating func expire(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        // What one router's carrier comes to, its companions' routers depend on, and looking at one may settle another's.
        let isCarrierSettled = slots.contains { slot in slot.carrierDeadline.map { now >= $0 } ?? false }
        for slot in slots {
            if let due = slot.router.deadline, now >= due {
                // A router of a group waits for the others by listening for an interval more.
                let waits = slot.router.state.name == .backup && !groupAgrees(with: slot, at: now)
                apply(waits ? .resumedLate : .deadlineReached, to: slot, at: now, &effects)
            }
            slot.filter.expire(at: now, counting: &slot.router.statistics)
            if let end = slot.lingersUntil, now >= end { slot.lingersUntil = nil }
        }
        if isCarrierSettled { for slot in slots { refreshInterface(of: slot, at: now, &effects) } }
        remindOfSuspension(at: now, &effects)
    }

    private mutating func stop(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard stopDeadline == nil else { return }
        suspension = nil
        for slot in slots {
            slot.keepsFound = false
            apply(.shutdown(.stopRequested), to: slot, at: now, &effects)
            // The process waits for the end of it.
            slot.lingersUntil = slot.lingersUntil.map { min($0, now + Self.lastLingering) }
        }
        let isLingering = slots.contains { $0.lingersUntil != nil }
        stopDeadline = now + (isLingering ? Self.lastLingering + Self.stopPatience / 2 : Self.stopPatience)
    }

    private mutating func replace(
        _ settings: ElectionSettings,
        at now: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        guard stopDeadline == nil else { return }
        refusedSettings = settings.firstProblem()
        guard refusedSettings == nil else { return }
        let wanted = Set(settings.routers.map(\.identity))
        for slot in slots where !wanted.contains(slot.settings.identity) {
            apply(.shutdown(.removed), to: slot, at: now, &effects)
        }
        let before = slots
        slots = settings.routers.map { router in
            before.first { $0.settings.identity == router.identity } ?? Slot(router, at: now)
        }
        for slot in slots where slot.createdBy == nil { slot.resumesUntil = resumes[slot.settings.name] }
        for slot in slots { refreshPreemption(of: slot, at: now) }
        for (slot, router) in zip(slots, settings.routers) {
            if slot.configured.usesVirtualMAC != router.usesVirtualMAC { slot.claimAnew() }
            slot.configured = router
        }
        refreshTracking(at: now, &effects)
    }

    /// Lets a router take an event, and turns its effects into the election's.
    func apply(
        _ event: VirtualRouter.Event,
        to slot: Slot,
        at time: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        let before = Contention(of: slot, at: time)
        defer { noteContention(event, of: slot, before, at: time) }
        for effect in slot.router.handle(event, at: time) {
            switch effect {
            case .sendAdvertisement(let priority):
                effects += transmissions(of: slot, priority: priority, at: time)
            case .announce:
                slot.announcer.evidence(at: time)
            case .transitioned(let from, let to, let reason):
                if from == .active {
                    slot.announcer.stop()
                    slot.announced = []
                    slot.hasAnnounced = false
                    slot.claimedBy = nil
                    slot.conflict = nil
                    (slot.assertedAt, slot.assertingSince) = (nil, nil)
                    // Its successor takes over in a moment: until then, what the clients send is still forwarded.
                    if [.handedOver, .stopRequested, .groupYielded].contains(reason) { linger(slot, at: time) }
                }
                if to == .active {
                    slot.keepsFound = false
                    slot.lingersUntil = nil
                }
                slot.preemptsFrom = nil
            }
        }
    }
}
