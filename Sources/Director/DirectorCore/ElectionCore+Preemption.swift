import Primitives
import VRRP

extension ElectionCore {
    /// Lets an Active Router of lower priority be for the configured delay from its first advertisement on.
    ///
    /// Each advertisement in that time counts as one that a router without Preempt_Mode obeys; the first one after it
    /// is discarded, as RFC 9568 section 6.4.2 has it, and the timer runs out.
    func weighPreemption(
        over advertisement: Advertisement,
        _ slot: Slot,
        at time: MonotonicInstant,
    ) {
        guard slot.settings.preemptDelay > .zero else { return refreshPreemption(of: slot, at: time) }
        let isLower = advertisement.priority > 0 && advertisement.priority < slot.settings.priority
        if slot.router.state.name == .backup, isLower {
            slot.preemptsFrom = slot.preemptsFrom ?? time + slot.settings.preemptDelay
        } else {
            slot.preemptsFrom = nil
        }
        refreshPreemption(of: slot, at: time)
    }

    /// Whether the router's Preempt_Mode counts as false at present.
    func refreshPreemption(of slot: Slot, at time: MonotonicInstant) {
        slot.router.defersPreemption = defersPreemption || slot.preemptsFrom.map { time < $0 } ?? false
    }
}
