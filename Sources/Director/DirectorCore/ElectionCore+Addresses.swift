import Primitives
import VRRP

extension ElectionCore {
    /// Takes the addresses thread's picture of the kernel.
    mutating func take(_ report: AddressReport, at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        found = report
        for slot in slots {
            refreshInterface(of: slot, at: now, &effects)
            refreshAnnouncements(of: slot, at: now)
        }
    }

    /// Starts a router up when its interface can be used, and shuts it down when it cannot.
    mutating func refreshInterface(of slot: Slot, at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        let (fault, address) = interface(of: slot, at: now)
        slot.fault = fault
        let holdback = fault == nil ? holdback(of: slot, at: now) : nil
        let primary = holdback == nil ? address : nil
        let cause = holdback ?? .interfaceUnusable
        switch (slot.router.state.name, primary) {
        case (.initialize, let primary?):
            guard stopDeadline == nil else { return }
            // Who heard an Active Router a moment ago waits for its whole silence, as if nothing had been found.
            let isTaken = slot.heardBeforeStart.map { heard in
                now < heard + slot.router.activeDownInterval(of: slot.settings.advertisementInterval)
            }
            if !slot.hasBeenUp, isTaken != true, !slot.settings.isAddressOwner, !heldAddresses(of: slot).isEmpty {
                slot.keepsFound = true
            }
            slot.hasBeenUp = true
            apply(.startup(primaryAddress: primary), to: slot, at: now, &effects)
            guard slot.keepsFound else { return }
            let mayClaim = slot.resumesUntil.map { now < $0 } ?? false
            apply(mayClaim ? .restarted : .resumed, to: slot, at: now, &effects)
        case (.backup, let primary?), (.active, let primary?):
            guard slot.router.primaryAddress != primary else { return }
            apply(.primaryAddressChanged(primary), to: slot, at: now, &effects)
        case (.initialize, nil):
            guard !slot.awaits(fault), slot.router.reason != cause, stopDeadline == nil else { return }
            apply(.shutdown(cause), to: slot, at: now, &effects)
        case (.backup, nil), (.active, nil):
            slot.keepsFound = false
            apply(.shutdown(cause), to: slot, at: now, &effects)
        }
    }

    /// What is wrong with a router's interface, or the address that it advertises from.
    func interface(
        of slot: Slot,
        at now: MonotonicInstant,
    ) -> (fault: ElectionReport.InterfaceFault?, primary: IPAddress?) {
        guard let found, let createdBy = slot.createdBy, found.generation >= createdBy else { return (.unknown, nil) }
        guard let interface = found.interfaces.first(where: { $0.name == slot.settings.interface }) else {
            slot.loseCarrier()
            return (.missing, nil)
        }
        guard interface.isUp else {
            slot.loseCarrier()
            return (.down, nil)
        }
        guard slot.dampenedCarrier(interface.hasCarrier, at: now) else { return (.noCarrier, nil) }
        let family = slot.settings.family
        guard interface.hearing.contains(family) else {
            return (interface.proving.contains(family) ? .unproved : .noSockets, nil)
        }
        let primary =
            switch family {
            case .ipv4: interface.primaryIPv4.map(IPAddress.v4)
            case .ipv6: interface.linkLocal.map(IPAddress.v6)
            }
        return primary == nil ? (.noPrimaryAddress, nil) : (nil, primary)
    }

    /// The router's addresses that the kernel has, in the router's order.
    func heldAddresses(of slot: Slot) -> [IPAddress] {
        guard let found else { return [] }
        return slot.settings.addresses.map(\.address).filter { address in
            found.held.contains { $0.interface == slot.settings.interface && $0.address == address }
        }
    }

    /// Begins a burst once an address that was claimed is there.
    private func refreshAnnouncements(of slot: Slot, at now: MonotonicInstant) {
        guard slot.isActive, let claimedBy = slot.claimedBy, let found, found.generation >= claimedBy else { return }
        let held = heldAddresses(of: slot)
        if held.contains(where: { !slot.announced.contains($0) }) { slot.announcer.begin(at: now) }
        slot.announced = held
    }

    /// What follows from any event: announcements that are due, a new demand, the end of a stop, later a report.
    mutating func settle(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        for slot in slots where slot.announces && slot.announcer.takeDue(at: now) { announce(slot, &effects) }
        renewDemand(&effects)
        finishStop(at: now, &effects)
        finishSuspension(at: now, &effects)
        owesReport = true
    }

    private func announce(_ slot: Slot, _ effects: inout [ElectionEffect]) {
        let name = slot.settings.interface
        let own = found?.interfaces.first { $0.name == name }?.mac
        guard let mac = slot.settings.virtualMAC ?? own else { return }
        slot.router.statistics.announcements += 1
        slot.hasAnnounced = true
        for address in slot.announced {
            effects.append(.sendFrame(interface: name, frame: Announcement.frame(address, at: mac)))
        }
    }

    private mutating func renewDemand(_ effects: inout [ElectionEffect]) {
        let entries = slots.flatMap { slot in
            let disposition = disposition(of: slot)
            return slot.settings.addresses.map {
                AddressDemand.Entry(
                    interface: slot.settings.interface,
                    prefix: $0,
                    disposition: disposition,
                    virtualMAC: slot.settings.virtualMAC
                )
            }
        }
        let hasNewClaim = slots.contains { $0.isActive && $0.claimedBy == nil }
        let hasNewRouter = slots.contains { $0.createdBy == nil }
        guard entries != demand.entries || hasNewClaim || hasNewRouter else { return }
        let isSameList = entries.count == demand.entries.count
        let onlyClaims = isSameList && zip(demand.entries, entries).allSatisfy { $1 == $0 || $1 == $0.claimed }
        demand = AddressDemand(generation: demand.generation + 1, entries: entries)
        for slot in slots {
            slot.createdBy = slot.createdBy ?? demand.generation
            if slot.isActive { slot.claimedBy = slot.claimedBy ?? demand.generation }
        }
        // A claim goes ahead of its advertisement, so that the kernel is at it while that is sent. Who lets go says so first.
        effects.insert(.demandAddresses(demand), at: onlyClaims ? 0 : effects.count)
    }

    private func disposition(of slot: Slot) -> AddressDemand.Disposition {
        let left: AddressDemand.Disposition = slot.lingersUntil == nil ? .absent : .lingering
        let gone: AddressDemand.Disposition = slot.settings.isAddressOwner ? .unclaimed : left
        guard stopDeadline == nil else { return gone }
        return switch slot.router.state {
        case .active: .present
        case .backup: slot.keepsFound ? .asFound : gone
        // What was found stays until it is known whether it can be kept.
        case .initialize: slot.awaits(slot.fault) ? .asFound : gone
        }
    }

    private mutating func finishStop(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard let stopDeadline, !hasStopped else { return }
        guard slots.allSatisfy({ isGone($0) }) || now >= stopDeadline else { return }
        publish(at: now, &effects)
        hasStopped = true
        effects.append(.stopped)
    }

    /// Whether the kernel is known to have a router's addresses no more, neither on the interface nor lingering.
    func isGone(_ slot: Slot) -> Bool {
        guard let found, found.generation >= demand.generation, slot.lingersUntil == nil else { return false }
        return !found.held.contains { held in
            held.interface == slot.settings.interface
                && slot.settings.addresses.contains { $0.address == held.address }
                && (held.isMarked || !slot.settings.isAddressOwner)
        }
    }
}

extension AddressDemand.Entry {
    /// The entry of the same address when it is wanted.
    fileprivate var claimed: AddressDemand.Entry {
        var entry = self
        entry.disposition = .present
        return entry
    }
}
