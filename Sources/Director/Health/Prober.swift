package import Primitives

/// Runs probes to a schedule and counts what they give; it has no clock and no socket of its own.
///
/// The first runs are spread over the interval, so that many targets are never probed in one burst. A target's
/// runs never overlap: the next starts one interval after the last, or when the last ended, whichever is later.
package struct Prober: Sendable {
    private enum Phase: Hashable, Sendable {
        case waiting(until: MonotonicInstant)
        case running(ProbeRun, since: MonotonicInstant)
        /// The shell was told that the time is up and has not answered yet; so late was it told.
        case expired(ProbeRun, since: MonotonicInstant, lateness: Interval)
    }

    private struct Slot: Sendable {
        var entry: ProbeReport.Entry
        var counter: RiseFallCounter
        var phase: Phase
        var stamp: UInt64 = 0
        /// When the first of the runs began that have found nothing but silence, and how many those are.
        var silence: (since: MonotonicInstant, runs: Int)?
    }

    /// How often everything is reported even if nothing changed.
    package static let summaryInterval = Interval.seconds(1)
    /// How late the end of a run may be noticed for silence to count, where half its timeout is less.
    package static let toleratedLateness = Interval.milliseconds(50)

    /// How late a run may begin without being told to the prober.
    package static let toleratedDelay = Interval.milliseconds(10)

    private var generator: SeededGenerator
    private var hearing = Hearing()
    private var slots: [Slot] = []
    private var runs: [ProbeRun: Int] = [:]
    private var queue = DeadlineQueue()
    private var nextRun: UInt64 = 1
    private var nextStamp: UInt64 = 1
    private var summaryAt: MonotonicInstant?

    /// Makes a prober that draws the spread of its runs from a seed.
    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// When the prober wants `deadlineReached`; nothing before the first demand.
    package var deadline: MonotonicInstant? {
        guard let summaryAt else { return nil }
        return queue.first.map { min($0.at, summaryAt) } ?? summaryAt
    }

    /// When a run was told to begin; nothing where it is over, or its time is up.
    package func start(of run: ProbeRun) -> MonotonicInstant? {
        guard let index = runs[run], case .running(_, let since) = slots[index].phase else { return nil }
        return since
    }

    /// Takes one happening and says what to do, in order.
    package mutating func handle(_ event: ProberEvent, at now: MonotonicInstant) -> [ProberEffect] {
        var effects: [ProberEffect] = []
        switch event {
        case .demanded(let demand):
            hearing.listen(to: demand.targets)
            replace(demand.targets, at: now, into: &effects)
            summaryAt = summaryAt ?? now + Self.summaryInterval
        case .finished(let run, let outcome, let phases):
            // A run that was cancelled meanwhile says nothing any more.
            guard let index = runs.removeValue(forKey: run) else { break }
            finish(index, outcome, phases, at: now, into: &effects)
        case .delayed(let run):
            guard let index = runs[run], case .running = slots[index].phase else { break }
            slots[index].phase = .running(run, since: now)
            schedule(index)
        case .deadlineReached:
            break
        }
        advance(at: now, into: &effects)
        return effects
    }

    private mutating func replace(
        _ targets: [ProbeTarget],
        at now: MonotonicInstant,
        into effects: inout [ProberEffect],
    ) {
        var known: [ProbeTarget: Slot] = [:]
        for slot in slots { known[slot.entry.target] = slot }
        let old = slots
        slots = []
        runs = [:]
        queue = DeadlineQueue()
        var seen: Set<ProbeTarget> = []
        for target in targets where seen.insert(target).inserted {
            if let slot = known[target] {
                slots.append(slot)
            } else {
                let offset = Int64(generator.next() % UInt64(max(1, target.interval.nanoseconds)))
                slots.append(
                    Slot(
                        entry: ProbeReport.Entry(target: target, at: now),
                        counter: RiseFallCounter(rise: target.rise, fall: target.fall),
                        phase: .waiting(until: now + .nanoseconds(offset)),
                    )
                )
            }
            switch slots[slots.count - 1].phase {
            case .waiting: break
            case .running(let run, _), .expired(let run, _, _): runs[run] = slots.count - 1
            }
            schedule(slots.count - 1)
        }
        for slot in old where !seen.contains(slot.entry.target) {
            switch slot.phase {
            case .waiting: break
            case .running(let run, _), .expired(let run, _, _): effects.append(.cancel(run))
            }
        }
    }

    /// Puts a slot's next deadline into the queue; what was there before for it is void.
    private mutating func schedule(_ index: Int) {
        let at: MonotonicInstant
        switch slots[index].phase {
        case .waiting(let until): at = until
        case .running(_, let since): at = since + slots[index].entry.target.timeout
        case .expired:
            slots[index].stamp = 0
            return
        }
        slots[index].stamp = nextStamp
        queue.insert(DeadlineQueue.Element(at: at, slot: index, stamp: nextStamp))
        nextStamp += 1
    }

    private mutating func advance(at now: MonotonicInstant, into effects: inout [ProberEffect]) {
        while let due = queue.first, due.slot >= slots.count || slots[due.slot].stamp != due.stamp || due.at <= now {
            queue.removeFirst()
            guard due.slot < slots.count, slots[due.slot].stamp == due.stamp else { continue }
            switch slots[due.slot].phase {
            case .waiting:
                let run = ProbeRun(rawValue: nextRun)
                nextRun += 1
                runs[run] = due.slot
                slots[due.slot].phase = .running(run, since: now)
                let entry = slots[due.slot].entry
                let didPass = if case .passed = entry.lastOutcome { true } else { false }
                effects.append(.start(run, entry.target.check, comparesRealAddress: !didPass))
            case .running(let run, let since):
                slots[due.slot].phase = .expired(run, since: since, lateness: now - due.at)
                effects.append(.expire(run))
            case .expired:
                break
            }
            schedule(due.slot)
        }
        if let at = summaryAt, at <= now {
            summaryAt = now + Self.summaryInterval
            effects.append(.report(ProbeReport(isSummary: true, entries: slots.map(\.entry))))
        }
    }

    private mutating func finish(
        _ index: Int,
        _ outcome: ProbeOutcome,
        _ phases: ProbePhases?,
        at now: MonotonicInstant,
        into effects: inout [ProberEffect],
    ) {
        var slot = slots[index]
        var outcome = outcome
        let since: MonotonicInstant
        switch slot.phase {
        case .running(_, let start): since = start
        case .expired(_, let start, let lateness):
            since = start
            outcome = Self.judge(outcome, timeout: slot.entry.target.timeout, lateness: lateness)
        case .waiting: preconditionFailure("a run that is known has a slot that runs")
        }
        hearing.take(outcome, phases, at: now)
        let count = weigh(&outcome, of: &slot, since: since, at: now)
        let before = slot.entry.verdict
        for _ in 0..<count { _ = slot.counter.record(outcome.result) }
        let state = slot.counter.state
        let isUnsure = if case .inconclusive = outcome { true } else { slot.counter.isUnsure }
        let interval = isUnsure ? slot.entry.target.fastInterval : slot.entry.target.interval
        let next = since + interval
        // A machine that stood still does not make up for the runs that it missed.
        slot.phase = .waiting(until: now - next > interval ? now : next)
        slot.entry.count(outcome, phases, at: now)
        slot.entry.verdict = Self.verdict(state, after: outcome, before: before, at: now)
        slots[index] = slot
        schedule(index)
        guard before.state != slot.entry.verdict.state || before.reason != slot.entry.verdict.reason else { return }
        effects.append(.report(ProbeReport(isSummary: false, entries: [slot.entry])))
    }

    /// Judges silence by what was heard of others, and says how many times the outcome counts: what was withheld because
    /// nobody was heard counts once it has lasted.
    private func weigh(
        _ outcome: inout ProbeOutcome,
        of slot: inout Slot,
        since: MonotonicInstant,
        at now: MonotonicInstant,
    ) -> Int {
        guard case .failed(let reason, let evidence) = outcome, reason.isSilence else {
            slot.silence = nil
            return 1
        }
        let begun = slot.silence?.since ?? since
        let runs = (slot.silence?.runs ?? 0) + 1
        slot.silence = (begun, runs)
        guard hearing.blames(slot.entry.target, silentSince: begun, lastRun: since, at: now) else {
            outcome = .inconclusive(evidence: "nobody answers; \(evidence)")
            // Those just before may be of the same cause.
            slot.counter.forgetFailures()
            return 1
        }
        guard now - begun >= Hearing.patience, slot.counter.state != .down else { return 1 }
        return max(1, min(runs, slot.entry.target.fall) - slot.counter.failures)
    }

    /// Whether silence counts: not where the prober itself came late.
    ///
    /// A machine that stood still, or whose processors others had, has not taken from its network what arrived
    /// meanwhile. All its real servers would be called down at once, and none of them is to blame.
    private static func judge(_ outcome: ProbeOutcome, timeout: Interval, lateness: Interval) -> ProbeOutcome {
        guard case .failed(let reason, let evidence) = outcome, reason.isSilence,
            lateness > max(toleratedLateness, timeout / 2)
        else { return outcome }
        return .couldNotRun(evidence: "the prober was \(lateness) late; \(evidence)")
    }

    /// What is believed after a run, with the newest reason that supports it.
    private static func verdict(
        _ state: Verdict.State,
        after outcome: ProbeOutcome,
        before: Verdict,
        at now: MonotonicInstant,
    ) -> Verdict {
        let since = state == before.state ? before.since : now
        switch (state, outcome) {
        case (.up, .passed(let time)):
            return Verdict(.up, .passing, evidence: "answered in \(time)", since: since)
        case (.down, .failed(let reason, let evidence)):
            return Verdict(.down, reason, evidence: evidence, since: since)
        case (.unknown, .couldNotRun(let evidence)):
            return Verdict(.unknown, .probeCouldNotRun, evidence: evidence, since: since)
        case (.unknown, .inconclusive(let evidence)):
            return Verdict(.unknown, .nobodyAnswers, evidence: evidence, since: since)
        case (.unknown, .failed(_, let evidence)):
            return Verdict(.unknown, .awaitingResults, evidence: evidence, since: since)
        case (.unknown, .passed):
            return Verdict(.unknown, .awaitingResults, since: since)
        case (.up, .failed), (.up, .couldNotRun), (.up, .inconclusive), (.down, .passed), (.down, .couldNotRun),
            (.down, .inconclusive):
            // Not enough to change what is believed, so its reason stands too.
            return before
        }
    }
}

extension ProbeReport.Entry {
    fileprivate mutating func count(_ outcome: ProbeOutcome, _ phases: ProbePhases?, at now: MonotonicInstant) {
        lastRun = now
        lastOutcome = outcome
        lastPhases = phases
        runs += 1
        switch outcome.result {
        case .success: break
        case .failure: failures += 1
        case .obstacle: obstacles += 1
        }
    }
}
