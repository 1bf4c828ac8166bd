package import Primitives

/// Runs probes to a schedule and counts what they give; it has no clock and no socket of its own.
///
/// The first runs are spread over the interval, so that many targets are never probed in one burst. A target's
/// runs do not overlap: the next starts one interval after the last, or when the last ended, whichever is later. Only
/// while the results contradict what is believed it is tried again and again in that time, without waiting for the
/// answers: a network that loses every third packet fails three runs in a row every few seconds, but hardly ever
/// six or nine of them.
package struct Prober: Sendable {
    /// How often everything is reported even if nothing changed.
    package static let summaryInterval = Interval.seconds(1)
    /// How late the end of a run may be noticed for silence to count, where half its timeout is less.
    package static let toleratedLateness = Interval.milliseconds(50)

    /// How late a run may begin without being told to the prober.
    package static let toleratedDelay = Interval.milliseconds(10)

    private var generator: SeededGenerator
    private var hearing = Hearing()
    private var slots: [ProbeSlot] = []
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
        runs[run].flatMap { index in
            slots[index].running.first { $0.run == run && $0.lateness == nil }?.since
        }
    }

    /// Takes one happening and says what to do, in order.
    package mutating func handle(_ event: ProberEvent, at now: MonotonicInstant) -> [ProberEffect] {
        var effects: [ProberEffect] = []
        switch event {
        case .demanded(let demand):
            hearing.listen(to: demand.targets)
            replace(demand.targets, aside: demand.frameTargets, at: now, into: &effects)
            summaryAt = summaryAt ?? now + Self.summaryInterval
        case .finished(let run, let outcome, let phases):
            // A run that was cancelled meanwhile says nothing any more.
            guard let index = runs.removeValue(forKey: run) else { break }
            finish(run, index, outcome, phases, at: now, into: &effects)
        case .delayed(let run):
            guard let index = runs[run],
                let position = slots[index].running.firstIndex(where: { $0.run == run && $0.lateness == nil })
            else { break }
            slots[index].running[position].since = now
            slots[index].lastStart = now
            schedule(index)
        case .deadlineReached:
            break
        }
        advance(at: now, into: &effects)
        return effects
    }

    private mutating func replace(
        _ targets: [ProbeTarget],
        aside: [ProbeTarget],
        at now: MonotonicInstant,
        into effects: inout [ProberEffect],
    ) {
        var known: [ProbeTarget: ProbeSlot] = [:]
        for slot in slots { known[slot.entry.target] = slot }
        let old = slots
        slots = []
        runs = [:]
        queue = DeadlineQueue()
        var seen: Set<ProbeTarget> = []
        for (position, target) in (targets + aside).enumerated() where seen.insert(target).inserted {
            if let slot = known[target] {
                slots.append(slot)
            } else {
                let offset = Int64(generator.next() % UInt64(max(1, target.interval.nanoseconds)))
                slots.append(ProbeSlot(target, first: now + .nanoseconds(offset), at: now))
            }
            slots[slots.count - 1].isAside = position >= targets.count
            for running in slots[slots.count - 1].running { runs[running.run] = slots.count - 1 }
            schedule(slots.count - 1)
        }
        for slot in old where !seen.contains(slot.entry.target) {
            effects += slot.running.map { .cancel($0.run) }
        }
    }

    /// Puts a slot's next deadline into the queue; what was there before for it is void.
    private mutating func schedule(_ index: Int) {
        guard let at = slots[index].deadline else {
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
            advance(slot: due.slot, at: now, into: &effects)
            schedule(due.slot)
        }
        if let at = summaryAt, at <= now {
            summaryAt = now + Self.summaryInterval
            effects.append(.report(ProbeReport(isSummary: true, entries: slots.map(\.entry))))
        }
    }

    /// Ends the runs of a slot whose time is up, and begins the next one.
    private mutating func advance(slot index: Int, at now: MonotonicInstant, into effects: inout [ProberEffect]) {
        let timeout = slots[index].entry.target.timeout
        for position in slots[index].running.indices where slots[index].running[position].lateness == nil {
            let end = slots[index].running[position].since + timeout
            guard end <= now else { continue }
            slots[index].running[position].lateness = now - end
            effects.append(.expire(slots[index].running[position].run))
        }
        guard slots[index].canStart, slots[index].next <= now else { return }
        let run = ProbeRun(rawValue: nextRun)
        nextRun += 1
        runs[run] = index
        slots[index].running.append(ProbeSlot.Running(run: run, since: now))
        slots[index].lastStart = now
        let didPass = if case .passed = slots[index].entry.lastOutcome { true } else { false }
        effects.append(.start(run, slots[index].entry.target.check, comparesRealAddress: !didPass))
    }

    private mutating func finish(
        _ run: ProbeRun,
        _ index: Int,
        _ outcome: ProbeOutcome,
        _ phases: ProbePhases?,
        at now: MonotonicInstant,
        into effects: inout [ProberEffect],
    ) {
        var outcome = outcome
        guard let position = slots[index].running.firstIndex(where: { $0.run == run }) else {
            preconditionFailure("a run that is known belongs to a slot")
        }
        let ended = slots[index].running.remove(at: position)
        if let lateness = ended.lateness {
            outcome = Self.judge(outcome, timeout: slots[index].entry.target.timeout, lateness: lateness)
        }
        if !slots[index].isAside { hearing.take(outcome, phases, at: now) }
        let isNews = slots[index].take(&outcome, phases, of: ended, hearing, at: now)
        if !slots[index].counter.isUnsure {
            // Those beside it were only asked to be sure.
            for other in slots[index].running {
                runs[other.run] = nil
                effects.append(.cancel(other.run))
            }
            slots[index].running = []
        }
        schedule(index)
        if isNews { effects.append(.report(ProbeReport(isSummary: false, entries: [slots[index].entry]))) }
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
}
