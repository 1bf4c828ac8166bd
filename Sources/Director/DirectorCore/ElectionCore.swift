package import Primitives
import VRRP

/// The election of one director: its virtual routers, their interfaces, addresses and announcements.
///
/// The shell reads every socket to its end before it hands over `deadlineReached`, and every event comes with the
/// present time; a packet carries the time of its reception besides, and is judged by that.
package struct ElectionCore: ~Copyable {
    /// How long a stop waits for the addresses thread.
    package static let stopPatience: Interval = .seconds(1)
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
    var stopDeadline: MonotonicInstant?
    var hasStopped = false
    var published: (report: ElectionReport, at: MonotonicInstant)?

    /// Makes an election that waits for `started`.
    package init() {}

    /// When `deadlineReached` is wanted next.
    package var deadline: MonotonicInstant? {
        guard !hasStopped else { return nil }
        return (slots.compactMap(\.deadline) + [stopDeadline].compactMap { $0 }).min()
    }

    /// Whether the process has slept since the last event for so long that nothing may be sent any more.
    package func isLate(at now: MonotonicInstant) -> Bool {
        slots.contains { slot in slot.router.lateAfter.map { now >= $0 } ?? false }
    }

    /// Takes an event and says what follows from it, in order.
    package mutating func handle(_ event: ElectionEvent, at now: MonotonicInstant) -> [ElectionEffect] {
        guard !hasStopped else { return [] }
        var effects: [ElectionEffect] = []
        // Before anything else, and above all before anything is sent: a process that slept through its peers' timers
        // knows nothing about the present.
        for slot in slots { noticeLateness(of: slot, at: now, &effects) }
        switch event {
        case .started(let settings), .configurationReplaced(let settings): replace(settings, at: now, &effects)
        case .packetReceived(let packet): receive(packet, at: now, &effects)
        case .arpReceived(let interface, let packet): receive(packet, on: interface, at: now)
        case .addressesReported(let report): take(report, at: now, &effects)
        case .preemptionDeferred(let isDeferred):
            defersPreemption = isDeferred
            for slot in slots { slot.router.defersPreemption = isDeferred }
        case .stopRequested: stop(at: now, &effects)
        case .deadlineReached: expire(at: now, &effects)
        }
        settle(at: now, &effects)
        return effects
    }

    /// How the election stands.
    package func report(at now: MonotonicInstant) -> ElectionReport {
        ElectionReport(
            routers: slots.map { status(of: $0, at: now) },
            rejections: rejections,
            refusedSettings: refusedSettings,
            addressRepairs: found?.repairs ?? 0,
            isStopping: stopDeadline != nil
        )
    }
}

extension ElectionCore {
    private func noticeLateness(of slot: Slot, at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard let limit = slot.router.lateAfter, now >= limit else { return }
        slot.router.statistics.resumedLate += 1
        slot.resumedAt = now
        // The addresses stay until somebody is heard: without a peer nothing is lost, with one it is a moment.
        if slot.isActive { slot.keepsFound = true }
        apply(.resumedLate, to: slot, at: now, &effects)
    }

    private mutating func expire(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        for slot in slots {
            if let due = slot.router.deadline, now >= due { apply(.deadlineReached, to: slot, at: now, &effects) }
            slot.filter.expire(at: now, counting: &slot.router.statistics)
        }
    }

    private mutating func stop(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard stopDeadline == nil else { return }
        stopDeadline = now + Self.stopPatience
        for slot in slots {
            slot.keepsFound = false
            apply(.shutdown(.stopRequested), to: slot, at: now, &effects)
        }
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
        for slot in slots { slot.router.defersPreemption = defersPreemption }
        for (slot, router) in zip(slots, settings.routers) where slot.settings != router {
            apply(.reconfigured(router), to: slot, at: now, &effects)
        }
        for slot in slots { refreshInterface(of: slot, at: now, &effects) }
    }

    /// Lets a router take an event, and turns its effects into the election's.
    func apply(
        _ event: VirtualRouter.Event,
        to slot: Slot,
        at time: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        for effect in slot.router.handle(event, at: time) {
            switch effect {
            case .sendAdvertisement(let priority):
                if let sent = advertisement(of: slot, priority: priority) { effects.append(sent) }
            case .announce:
                slot.announcer.evidence(at: time)
            case .transitioned(let from, let to, _):
                if from == .active {
                    slot.announcer.stop()
                    slot.announced = []
                    slot.claimedBy = nil
                    slot.conflict = nil
                }
                if to == .active { slot.keepsFound = false }
            }
        }
    }

    /// The advertisement as a message, unless the interface cannot carry it.
    private func advertisement(of slot: Slot, priority: UInt8) -> ElectionEffect? {
        let settings = slot.settings
        guard slot.fault == nil, let source = slot.router.primaryAddress else { return nil }
        let destination = ProtocolVersion.group(settings.family)
        slot.router.statistics.advertisementsSent += 1
        if priority == 0 { slot.router.statistics.priorityZeroSent += 1 }
        return .sendAdvertisement(
            interface: settings.interface,
            source: source,
            destination: destination,
            payload: Advertisement(of: settings, priority: priority)
                .encode(from: source, to: destination, checksum: settings.checksumForm)
        )
    }
}
