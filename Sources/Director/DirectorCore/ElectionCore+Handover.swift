import Primitives
import VRRP

extension ElectionCore {
    /// A planned restart that has begun.
    struct Suspension {
        /// How often the peers are told, because a message may get lost.
        static let reminders = 3
        /// The time between two of these messages.
        static let gap: Interval = .milliseconds(10)

        /// The Max Advertise Interval that the peers are told.
        var interval: Interval
        /// How many messages are still to be sent.
        var remaining: Int
        /// When the next one is due, or when waiting ends.
        var deadline: MonotonicInstant
        /// When it ends though the kernel has not confirmed what had to be removed.
        var limit: MonotonicInstant
    }

    /// Hands an order of the rest of the director to the routers of these names.
    mutating func order(
        _ event: VirtualRouter.Event,
        to routers: [String],
        at now: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        guard stopDeadline == nil, suspension == nil else { return }
        for slot in slots where routers.contains(slot.settings.name) { apply(event, to: slot, at: now, &effects) }
    }

    /// Lets what a router has on its interface go slowly: an owner's address is the machine's own, and a virtual MAC is the
    /// successor's from its first frame on, so that no client goes on sending here.
    func linger(_ slot: Slot, at now: MonotonicInstant) {
        guard !slot.settings.isAddressOwner, !slot.settings.usesVirtualMAC, !heldAddresses(of: slot).isEmpty else {
            return
        }
        slot.lingersUntil = now + Self.lingering
    }

    /// Begins a planned restart: version 3 teaches its peers a longer interval and keeps its addresses; what cannot be
    /// taught is given up.
    mutating func suspend(until end: MonotonicInstant, at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard stopDeadline == nil, suspension == nil, end > now else { return }
        for slot in slots where !staysActive(slot) {
            slot.keepsFound = false
            apply(.shutdown(.stopRequested), to: slot, at: now, &effects)
            slot.lingersUntil = slot.lingersUntil.map { min($0, now + Self.lastLingering) }
        }
        let centisecond = Interval.centiseconds(1)
        // Three of these intervals pass before a Backup Router takes over; rounded up, because the order took a moment.
        let third = (end - now + centisecond * 3 - .nanoseconds(1)) / (3 * centisecond.nanoseconds)
        suspension = Suspension(
            interval: centisecond * min(max(third.nanoseconds, 1), 4095),
            remaining: Suspension.reminders,
            deadline: now,
            limit: now + Self.lastLingering + Self.stopPatience / 2
        )
        remindOfSuspension(at: now, &effects)
    }

    /// Tells the peers of the suspension when that is due.
    mutating func remindOfSuspension(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard var current = suspension, now >= current.deadline, current.remaining > 0 else { return }
        for slot in slots where staysActive(slot) {
            effects += transmissions(of: slot, priority: slot.settings.priority, at: now)
        }
        current.remaining -= 1
        current.deadline = current.remaining > 0 ? now + Suspension.gap : current.limit
        suspension = current
    }

    /// Ends the process's part once the peers are told and the kernel has done its own.
    mutating func finishSuspension(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard let suspension, !hasStopped, suspension.remaining == 0 else { return }
        guard slots.allSatisfy({ staysActive($0) || isGone($0) }) || now >= suspension.limit else { return }
        publish(at: now, &effects)
        hasStopped = true
        effects.append(.suspended)
    }

    private func staysActive(_ slot: Slot) -> Bool { slot.isActive && slot.settings.version == .version3 }
}
