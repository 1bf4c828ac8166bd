import Primitives

/// Counting what a run gave.
extension ProbeSlot {
    /// Takes the outcome of a run that has ended; gives whether something else is believed now, or for another reason.
    ///
    /// The outcome becomes inconclusive where it is silence that is not this target's alone.
    mutating func take(
        _ outcome: inout ProbeOutcome,
        _ phases: ProbePhases?,
        of ended: Running,
        _ hearing: Hearing,
        at now: MonotonicInstant,
    ) -> Bool {
        if outcome.result != .success, let passedSince, ended.since < passedSince {
            // Something has passed that was asked later.
            entry.count(outcome, phases, at: now)
            return false
        }
        weigh(&outcome, since: ended.since, hearing, at: now)
        if outcome.result == .success { passedSince = ended.since }
        entry.count(outcome, phases, at: now)
        let (state, reason) = (entry.verdict.state, entry.verdict.reason)
        entry.verdict = Self.verdict(counter.state, after: outcome, before: entry.verdict, at: now)
        return state != entry.verdict.state || reason != entry.verdict.reason
    }

    /// Counts an outcome, and judges silence by what was heard of others: what was withheld because nobody was heard
    /// counts once it has lasted.
    private mutating func weigh(
        _ outcome: inout ProbeOutcome,
        since: MonotonicInstant,
        _ hearing: Hearing,
        at now: MonotonicInstant,
    ) {
        guard case .failed(let reason, let evidence) = outcome, reason.isSilence else {
            silence = nil
            _ = counter.record(outcome.result, begun: since, spacing: entry.target.fastInterval)
            return
        }
        let target = entry.target
        let begun = silence?.since ?? since
        let runs = (silence?.runs ?? 0) + 1
        silence = (begun, runs)
        // Runs one after the other begin no sooner than the one before has had its time.
        let spacing = max(target.fastInterval, target.timeout)
        guard isAside || hearing.blames(target, silentSince: begun, lastRun: since, at: now) else {
            outcome = .inconclusive(evidence: "nobody answers; \(evidence)")
            // Those just before may be of the same cause.
            counter.forgetFailures()
            _ = counter.record(.obstacle, begun: since, spacing: spacing)
            return
        }
        if now - begun >= Hearing.patience {
            for _ in 1..<min(runs, target.fall) { _ = counter.record(.failure, begun: begun, spacing: spacing) }
        }
        _ = counter.record(.failure, begun: since, spacing: spacing)
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
            return Verdict(passedIn: time, since: since)
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
