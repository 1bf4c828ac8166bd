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
        return settings.destinations.map { destination in
            .sendAdvertisement(
                interface: settings.interface,
                source: source,
                destination: destination,
                payload: advertisement.encode(from: source, to: destination, checksum: settings.checksumForm),
                trailer: trailer(for: slot, at: now)
            )
        }
    }
}
