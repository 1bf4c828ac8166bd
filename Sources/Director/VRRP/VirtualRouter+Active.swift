import Primitives

extension VirtualRouter {
    /// The rows of RFC 9568 section 6.4.3.
    mutating func handleInActive(
        _ event: Event,
        at now: MonotonicInstant,
        adverTimer: MonotonicInstant,
    ) -> [Effect] {
        switch event {
        case .startup, .resumed, .restarted:
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
            if now - adverTimer > settings.advertisementInterval / 2 { statistics.lateAdvertisements += 1 }
            state = .active(adverTimer: nextAdverTimer(after: adverTimer, at: now))
            return [.sendAdvertisement(priority: settings.priority)]
        case .resumedLate:
            // A Backup Router must have taken over: say nothing, watch, and take part in the election again.
            activeRouter = nil
            let interval = settings.advertisementInterval
            return [becomeBackup(.resumedLate, interval: interval, onExpiry: .nobodyHeard, at: now)]
        case .groupYielded:
            activeRouter = nil
            let interval = settings.advertisementInterval
            // Who has the rest of the group takes over after Skew_Time, or is Active already and announces itself again.
            return [
                .sendAdvertisement(priority: 0),
                becomeBackup(.groupYielded, interval: interval, onExpiry: .nobodyHeard, at: now),
            ]
        case .reconfigured(let settings):
            self.settings = settings
            activeRouter?.priority = settings.priority
            state = .active(adverTimer: min(adverTimer, now + settings.advertisementInterval))
            return []
        case .primaryAddressChanged(let address):
            primaryAddress = address
            activeRouter?.address = address
            return []
        case .handOver(let until):
            // The addresses are the owner's own, whoever else would like to answer for them.
            if !settings.isAddressOwner, now < until {
                handover = .handingOver(until: until)
                successorInterval = nil
            }
            return []
        case .takeOver(let until):
            // It has taken over already, on the ordinary way; the one that hands over may not know.
            guard now < until else { return [] }
            handover = .takingOver(until: until)
            return [.sendAdvertisement(priority: settings.priority), .announce]
        case .letGo:
            // An acknowledgement that comes after its time must not leave the addresses without an owner.
            guard handover.isHandingOver else { return [] }
            activeRouter = nil
            // The successor's next advertisement comes at its own interval, which may be longer than this router's.
            let interval = successorInterval ?? settings.advertisementInterval
            let transition = becomeBackup(.handedOver, interval: interval, onExpiry: .activeRouterSilent, at: now)
            handover = .yielding
            return [transition]
        case .takeOverConcluded(let until):
            if case .takingOver(let limit) = handover { handover = .takingOver(until: min(limit, until)) }
            return []
        case .handOverCancelled:
            return endHandover()
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
            handover = .none
            // Who gives up believed to be Active, and may have announced it.
            return [.sendAdvertisement(priority: settings.priority), .announce]
        }
        // Two owners: erratum 8298 has the advertisement counted and processed like any other.
        if settings.isAddressOwner, advertisement.priority == 255 { statistics.addressOwnerConflicts += 1 }
        let isHigher = advertisement.priority > settings.priority
        let winsTie = advertisement.priority == settings.priority && primaryAddress.map { source > $0 } ?? true
        // Both are Active by agreement, until the one lets go.
        guard handover == .none else {
            if handover.isHandingOver { successorInterval = learnedInterval(advertisement) }
            return []
        }
        guard isHigher || winsTie else {
            // Section 6.4.3 (755): assert the Active state at once, also towards the learning bridges.
            statistics.lowerPriorityHeardWhileActive += 1
            return [.sendAdvertisement(priority: settings.priority), .announce]
        }
        activeRouter = ActiveRouter(address: source, priority: advertisement.priority)
        let reason: TransitionReason = isHigher ? .higherPriorityHeard : .tieLost
        let interval = learnedInterval(advertisement)
        // A last word tells the winner that there was another owner, so that it announces its addresses again.
        return [
            .sendAdvertisement(priority: settings.priority),
            becomeBackup(reason, interval: interval, onExpiry: .activeRouterSilent, at: now),
        ]
    }
}
