import Primitives
import VRRP

extension ElectionCore {
    /// The advertisement as messages, one for each destination, unless the interface cannot carry it.
    func transmissions(of slot: Slot, priority: UInt8, at now: MonotonicInstant) -> [ElectionEffect] {
        var settings = slot.settings
        if let suspension, settings.version == .version3 {
            settings.advertisementInterval = max(settings.advertisementInterval, suspension.interval)
        }
        guard slot.fault == nil, let source = slot.router.primaryAddress else { return [] }
        let advertisement = Advertisement(of: settings, priority: priority)
        slot.router.statistics.advertisementsSent += 1
        if priority == 0 { slot.router.statistics.priorityZeroSent += 1 }
        let mac = speaksForAll(slot, priority: priority) ? settings.virtualMAC : nil
        return settings.destinations.map { destination in
            .sendAdvertisement(
                interface: settings.interface,
                source: source,
                destination: destination,
                payload: advertisement.encode(from: source, to: destination, checksum: settings.checksumForm),
                trailer: trailer(for: slot, at: now),
                virtualMAC: mac
            )
        }
    }

    /// Whether a message may have the virtual MAC as its source, by which every bridge learns where that MAC is.
    ///
    /// One that hands its addresses over, and the last word of one that yields, must not: the frames of the clients would
    /// come here again, while another router has the addresses. Nor must the successor before it has the addresses and
    /// announces them: until then they are served where they were.
    private func speaksForAll(_ slot: Slot, priority: UInt8) -> Bool {
        guard slot.announces else { return priority == 0 }
        return slot.router.handover == .none || slot.hasAnnounced
    }
}
