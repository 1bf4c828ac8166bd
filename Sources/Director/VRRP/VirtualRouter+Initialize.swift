import Primitives

extension VirtualRouter {
    /// The rows of RFC 9568 section 6.4.1.
    mutating func handleInInitialize(_ event: Event, at now: MonotonicInstant) -> [Effect] {
        switch event {
        case .startup(let primaryAddress):
            self.primaryAddress = primaryAddress
            guard !settings.isAddressOwner else { return becomeActive(.addressOwner, at: now) }
            let interval = settings.advertisementInterval
            activeRouter = nil
            return [becomeBackup(.interfaceUsable, interval: interval, onExpiry: .nobodyHeard, at: now)]
        case .shutdown(let reason):
            // Already down; only the reason may be a newer one.
            self.reason = reason
            return []
        case .reconfigured(let settings):
            self.settings = settings
            return []
        case .primaryAddressChanged(let address):
            primaryAddress = address
            return []
        case .resumed, .restarted, .advertisementReceived, .deadlineReached, .resumedLate, .groupYielded:
            // Nothing is heard before startup, no timer runs, and there is nothing to give up.
            return []
        case .handOver, .takeOver, .letGo, .takeOverConcluded, .handOverCancelled:
            // Without its interface it has nothing to give and can take nothing.
            return []
        }
    }

    /// Claims the addresses: advertise first, so that the others step back before the announcements.
    mutating func becomeActive(_ reason: TransitionReason, at now: MonotonicInstant) -> [Effect] {
        activeRouter = primaryAddress.map { ActiveRouter(address: $0, priority: settings.priority) }
        statistics.becameActive += 1
        let next = State.active(adverTimer: now + settings.advertisementInterval)
        return [.sendAdvertisement(priority: settings.priority), enter(next, reason, at: now)]
    }

    /// Watches the Active Router from a fresh Active_Down_Interval on.
    mutating func becomeBackup(
        _ reason: TransitionReason,
        interval: Interval,
        onExpiry: TransitionReason,
        at now: MonotonicInstant,
    ) -> Effect {
        hasListenedLonger = false
        let timer = now + activeDownInterval(of: interval)
        return enter(
            .backup(activeDownTimer: timer, activeAdverInterval: interval, onExpiry: onExpiry),
            reason,
            at: now
        )
    }
}
