import Primitives

extension VirtualRouter {
    /// What the state Backup holds.
    struct Watch {
        /// Active_Down_Timer.
        var timer: MonotonicInstant
        /// Active_Adver_Interval.
        var interval: Interval
        /// Why the router becomes Active if the timer runs out.
        var onExpiry: TransitionReason

        /// The state that holds it.
        var state: State { .backup(activeDownTimer: timer, activeAdverInterval: interval, onExpiry: onExpiry) }
    }

    /// The rows of RFC 9568 section 6.4.2.
    mutating func handleInBackup(_ event: Event, at now: MonotonicInstant, _ watch: Watch) -> [Effect] {
        switch event {
        case .startup:
            // Only Initialize starts up.
            return []
        case .shutdown(let reason):
            activeRouter = nil
            return [enter(.initialize, reason, at: now)]
        case .resumed:
            // The peers' timers run since the last advertisement before the crash; waiting a whole interval of one's
            // own would always lose to them. One interval suffices to hear an Active Router if there is one.
            var shortened = watch
            shortened.timer = min(watch.timer, now + watch.interval + skewTime(of: watch.interval))
            state = shortened.state
            return []
        case .restarted:
            // A planned restart told the peers to wait for much longer than it lasts.
            return becomeActive(settings.isAddressOwner ? .addressOwner : .restarted, at: now)
        case .advertisementReceived(let advertisement, let source):
            state = hear(advertisement, from: source, at: now, watch).state
            return []
        case .deadlineReached:
            // The timer may have been moved since the wake-up was asked for.
            guard now >= watch.timer else { return [] }
            if let extended = secondHearing(watch, at: now) {
                (state, hasListenedLonger) = (extended.state, true)
                return []
            }
            return becomeActive(settings.isAddressOwner ? .addressOwner : watch.onExpiry, at: now)
        case .resumedLate:
            // Own lateness is not the peer's silence: watch for a whole interval more.
            var fresh = watch
            fresh.timer = now + activeDownInterval(of: watch.interval)
            state = fresh.state
            return []
        case .groupYielded:
            // It has given up already.
            return []
        case .reconfigured(let settings):
            let before = skewTime(of: watch.interval)
            self.settings = settings
            var changed = watch
            // The same instant of the last advertisement, the new skew.
            changed.timer = watch.timer + (skewTime(of: watch.interval) - before)
            state = changed.state
            return []
        case .primaryAddressChanged(let address):
            primaryAddress = address
            return []
        case .handOver:
            // What it does not have it cannot hand over.
            return []
        case .takeOver(let until):
            // An order that comes after its time is no order: nobody waits for it any more.
            guard now < until else { return [] }
            let effects = becomeActive(.handover, at: now)
            handover = .takingOver(until: until)
            return effects
        case .letGo:
            // It lost the Active state on another way, and the successor is to keep it all the same.
            handover = .yielding
            return []
        case .takeOverConcluded:
            return []
        case .handOverCancelled:
            handover = .none
            return []
        }
    }

    /// The watch that goes on for a moment because this router itself woke up late; nothing where it decides now.
    ///
    /// What held it up has often held up the Active Router too, or what it sent: two virtual machines on one host, or one
    /// whose network card hands over what came in only after the first thread has run. Then the advertisement is due at
    /// this very moment. A dead one costs three times the lateness for that, half an interval at most, and once in a
    /// silence: less than what companions in a synchronization group take for a sign of life. Less than a twentieth of the
    /// interval is no lateness: every thread wakes up after its time.
    private func secondHearing(_ watch: Watch, at now: MonotonicInstant) -> Watch? {
        let lateness = now - watch.timer
        guard watch.onExpiry == .activeRouterSilent, !hasListenedLonger, !settings.isAddressOwner,
            lateness >= watch.interval / 20
        else { return nil }
        var extended = watch
        extended.timer = now + min(lateness * 3, watch.interval / 2)
        return extended
    }

    /// What an advertisement does to the watch.
    private mutating func hear(
        _ advertisement: Advertisement,
        from source: IPAddress,
        at now: MonotonicInstant,
        _ watch: Watch,
    ) -> Watch {
        var watch = watch
        statistics.advertisementsReceived += 1
        guard advertisement.priority > 0 else {
            statistics.priorityZeroReceived += 1
            activeRouter = nil
            handover = .none
            watch.timer = now + skewTime(of: watch.interval)
            watch.onExpiry = .activeRouterGaveUp
            return watch
        }
        activeRouter = ActiveRouter(address: source, priority: advertisement.priority)
        // The owner preempts whatever Preempt_Mode says (RFC 9568 section 6.1).
        let wouldPreempt = settings.preemptMode && !defersPreemption || settings.isAddressOwner
        // Whom it handed over to it leaves alone.
        let mayPreempt = wouldPreempt && handover != .yielding
        guard !mayPreempt || advertisement.priority >= settings.priority else {
            // Discarded: the timer runs out and this router takes over.
            watch.onExpiry = .preemption
            return watch
        }
        watch.interval = learnedInterval(advertisement)
        watch.timer = now + activeDownInterval(of: watch.interval)
        watch.onExpiry = .activeRouterSilent
        hasListenedLonger = false
        return watch
    }
}
