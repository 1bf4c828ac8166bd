import Primitives

extension VirtualRouter {
    /// The rows of RFC 9568 section 6.4.3.
    mutating func handleInActive(
        _ event: Event,
        at now: MonotonicInstant,
        adverTimer: MonotonicInstant,
    ) -> [Effect] {
        switch event {
        case .startup, .resumed:
            // Only Initialize starts up.
            return []
        case .shutdown(let reason):
            activeRouter = nil
            return [.sendAdvertisement(priority: 0), enter(.initialize, reason, at: now)]
        case .advertisementReceived(let advertisement, let source):
            return contend(advertisement, from: source, at: now)
        case .deadlineReached:
            // The timer may have been moved since the wake-up was asked for.
            guard now >= adverTimer else { return [] }
            state = .active(adverTimer: nextAdverTimer(after: adverTimer, at: now))
            return [.sendAdvertisement(priority: settings.priority)]
        case .resumedLate:
            // A Backup Router must have taken over: say nothing, watch, and take part in the election again.
            activeRouter = nil
            let interval = settings.advertisementInterval
            return [becomeBackup(.resumedLate, interval: interval, onExpiry: .nobodyHeard, at: now)]
        case .reconfigured(let settings):
            self.settings = settings
            activeRouter?.priority = settings.priority
            state = .active(adverTimer: min(adverTimer, now + settings.advertisementInterval))
            return []
        case .primaryAddressChanged(let address):
            primaryAddress = address
            activeRouter?.address = address
            return []
        }
    }

    /// Keeps the rhythm when a wake-up is a little late, and never makes up for missed advertisements.
    private func nextAdverTimer(after timer: MonotonicInstant, at now: MonotonicInstant) -> MonotonicInstant {
        let inRhythm = timer + settings.advertisementInterval
        return inRhythm > now ? inRhythm : now + settings.advertisementInterval
    }

    /// What an advertisement of another router means to the Active Router; Preempt_Mode is not asked.
    private mutating func contend(
        _ advertisement: Advertisement,
        from source: IPAddress,
        at now: MonotonicInstant,
    ) -> [Effect] {
        statistics.advertisementsReceived += 1
        guard advertisement.priority > 0 else {
            statistics.priorityZeroReceived += 1
            state = .active(adverTimer: now + settings.advertisementInterval)
            return [.sendAdvertisement(priority: settings.priority)]
        }
        // Two owners: erratum 8298 has the advertisement counted and processed like any other.
        if settings.isAddressOwner, advertisement.priority == 255 { statistics.addressOwnerConflicts += 1 }
        let isHigher = advertisement.priority > settings.priority
        let winsTie = advertisement.priority == settings.priority && primaryAddress.map { source > $0 } ?? true
        guard isHigher || winsTie else {
            // Section 6.4.3 (755): assert the Active state at once, also towards the learning bridges.
            statistics.lowerPriorityHeardWhileActive += 1
            return [.sendAdvertisement(priority: settings.priority), .announce]
        }
        activeRouter = ActiveRouter(address: source, priority: advertisement.priority)
        let reason: TransitionReason = isHigher ? .higherPriorityHeard : .tieLost
        let interval = learnedInterval(advertisement)
        return [becomeBackup(reason, interval: interval, onExpiry: .activeRouterSilent, at: now)]
    }
}
