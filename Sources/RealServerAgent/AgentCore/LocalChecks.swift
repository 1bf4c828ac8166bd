import AgentProtocol
import Primitives

/// The checks of the node's own services: when each is due, and what it found.
struct LocalChecks: Sendable {
    /// What is known by one check of one service.
    fileprivate struct Record: Sendable {
        let service: ServiceIdentity
        let check: LocalCheck
        var due: MonotonicInstant
        /// Whether it passes; nothing while that is not known.
        var passes: Bool?
        /// What was seen when that came to be, which does not change with every run.
        var evidence = "not tried yet"
        /// How many runs in a row contradicted what is known.
        var contradictions = 0
        /// How many runs in a row could not be tried.
        var obstacles = 0
        /// Since when it waits for its turn.
        var waitsSince: MonotonicInstant?
        /// How long it waits before it asks for its turn again.
        var retry = LocalChecks.retry
    }

    /// How many runs in a row could not be before a failure is forgotten: systemd itself is silent while it reloads.
    fileprivate static let memory = 5
    /// When one that found too many under way tries again; twice as late each time, up to its interval.
    fileprivate static let retry = Interval.milliseconds(50)

    private var records: [Record] = []
    /// When the next run is due.
    private(set) var deadline: MonotonicInstant?

    /// Takes over what is to be checked, keeps what is known, and makes everything due.
    mutating func replace(_ services: [ServiceIdentity], _ checks: [LocalCheck], at now: MonotonicInstant) {
        let known = records
        records = services.flatMap { service in
            ([.connection] + checks).filter { $0.covers(service) }.map { check in
                known.first { $0.service == service && $0.check == check }
                    ?? Record(service: service, check: check, due: now)
            }
        }
        hurry(at: now)
    }

    /// Makes the checks of a subject due, or all.
    mutating func hurry(_ subject: FactSubject = .node, at now: MonotonicInstant) {
        for index in records.indices {
            let service = records[index].service
            switch subject {
            case .node: break
            case .address(let address): guard service.endpoint.address == address else { continue }
            case .service(let identity): guard service == identity else { continue }
            }
            records[index].due = now
        }
        setDeadline()
    }

    /// Gives the runs that are due, each of which is due again after its interval.
    mutating func takeDue(at now: MonotonicInstant) -> [(check: LocalCheck, service: ServiceIdentity)] {
        guard let deadline, deadline <= now else { return [] }
        var due: [(check: LocalCheck, service: ServiceIdentity)] = []
        for index in records.indices where records[index].due <= now {
            records[index].due = now + records[index].check.interval
            due.append((records[index].check, records[index].service))
        }
        setDeadline()
        return due
    }

    /// Takes in how a run ended; one that is no longer asked for says nothing.
    mutating func take(
        _ outcome: LocalRunOutcome,
        of check: LocalCheck,
        _ service: ServiceIdentity,
        at now: MonotonicInstant,
    ) {
        guard let index = records.firstIndex(where: { $0.service == service && $0.check == check }) else { return }
        if case .busy(let reason) = outcome {
            // Its rhythm is another one from now on, so that those who came first do not always do so.
            records[index].due = now + records[index].retry
            records[index].retry = min(records[index].retry * 2, max(check.interval, Self.retry))
            setDeadline()
            let since = records[index].waitsSince ?? now
            records[index].waitsSince = since
            guard now - since >= check.interval else { return }
            records[index].waitsSince = now
            return records[index].couldNotRun(reason)
        }
        records[index].waitsSince = nil
        records[index].retry = Self.retry
        switch outcome {
        case .passed(let evidence, _): records[index].take(true, evidence)
        case .failed(let evidence): records[index].take(false, evidence)
        case .timedOut:
            let subject = check == .connection ? "" : "\(LocalRun.check(check, of: service)) "
            records[index].take(false, subject + "timed out", isSilence: true)
        case .notRun(let reason), .busy(let reason): records[index].couldNotRun(reason)
        }
    }

    /// What all checks of a service say together; nothing if it has none.
    func judge(_ service: ServiceIdentity) -> (verdict: FactVerdict, evidence: String)? {
        let own = records.filter { $0.service == service }
        guard !own.isEmpty else { return nil }
        if let failed = own.first(where: { $0.passes == false }) { return (.violated, failed.evidence) }
        if let unknown = own.first(where: { $0.passes == nil }) { return (.unknown, unknown.evidence) }
        return (.holds, own.map(\.evidence).joined(separator: ", "))
    }

    private mutating func setDeadline() { deadline = records.map(\.due).min() }
}

extension LocalChecks.Record {
    /// Takes in a run that passed or failed; what is known changes when enough of them agree.
    ///
    /// A single silence may be the machine's as well as the service's, where a refusal leaves no doubt.
    fileprivate mutating func take(_ passed: Bool, _ seen: String, isSilence: Bool = false) {
        obstacles = 0
        guard passes != passed else {
            contradictions = 0
            return
        }
        contradictions += 1
        // A first success needs no repetition: nothing is known that it would contradict.
        let needed = passed ? (passes == nil ? 1 : check.rise) : max(check.fall, isSilence ? 2 : 1)
        guard contradictions >= needed else { return }
        (passes, evidence, contradictions) = (passed, seen, 0)
    }

    /// Takes in that nothing could be found out, which in the end makes what was known unknown.
    fileprivate mutating func couldNotRun(_ reason: String) {
        obstacles += 1
        let needed = max(check.fall, passes == false ? LocalChecks.memory : 2)
        guard passes == nil || obstacles >= needed else { return }
        (passes, evidence, contradictions) = (nil, reason, 0)
    }
}
