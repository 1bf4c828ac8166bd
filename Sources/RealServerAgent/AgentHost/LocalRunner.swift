package import AgentCore
internal import Checks
package import Linux
package import Primitives
internal import SystemPackage

/// Runs the node's own checks and gauges, without ever waiting: requests on their event loop, questions about units on
/// their thread, everything else here.
package struct LocalRunner: ~Copyable {
    private struct Entry {
        let run: LocalRun
        let attempt: any LocalAttempt
        let deadline: MonotonicInstant
    }

    /// How late the end of a run may be noticed for it to count.
    private static let toleratedLateness = Interval.milliseconds(50)

    private let firstToken: UInt64
    private var nextToken: UInt64
    private var entries: [UInt64: Entry] = [:]
    private var tokens: [UInt64: UInt64] = [:]
    private let requests: LocalRequests
    private var asked: Set<LocalRun> = []
    /// There once a unit was to be looked at.
    private var units: UnitQueries?

    /// Makes a runner that uses tokens from here on.
    package init(firstToken: UInt64, requests: LocalRequests) {
        self.firstToken = firstToken
        self.requests = requests
        nextToken = firstToken
    }

    /// When the earliest run is out of time.
    package var deadline: MonotonicInstant? { entries.values.map(\.deadline).min() }

    /// Whether a token belongs to a run, present or past.
    package func owns(_ token: UInt64) -> Bool { token >= firstToken }

    /// Begins a run, unless it is still under way; gives the outcome if it is known at once.
    package mutating func start(
        _ run: LocalRun,
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> LocalRunOutcome? {
        guard !asked.contains(run), !entries.values.contains(where: { $0.run == run }) else { return nil }
        switch run.action {
        case .read(let path):
            return FileReading.read(path)
        case .connect(let endpoint):
            switch ConnectionAttempt.start(endpoint) {
            case .done(let outcome): return outcome
            case .pending(let attempt): return enter(run, attempt, at: now, &reactor)
            }
        case .command(let command, let arguments):
            let running = entries.values.count { $0.attempt is CommandAttempt }
            guard running < CommandAttempt.limit else { return .busy("\(running) commands run already") }
            do throws(Errno) {
                return enter(run, try CommandAttempt(command, arguments), at: now, &reactor)
            } catch {
                return .notRun("\(command.arguments.first ?? "command"): \(error)")
            }
        case .look(let check):
            return look(check, run, at: now, &reactor)
        case .request(let expectation, let endpoint):
            guard asked.count < LocalRequests.limit else { return .busy("\(asked.count) requests run already") }
            asked.insert(run)
            requests.begin(run, expectation, at: endpoint)
            return nil
        }
    }

    private mutating func look(
        _ check: UnitCheck,
        _ run: LocalRun,
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> LocalRunOutcome? {
        do throws(Errno) {
            let queries: UnitQueries
            if let units {
                queries = units
            } else {
                queries = try UnitQueries()
                units = queries
            }
            let attempt = try UnitAttempt(check, until: now + run.timeout)
            guard queries.ask(attempt.query) else { return .busy("\(UnitQueries.limit) units wait to be looked at") }
            return enter(run, attempt, at: now, &reactor)
        } catch {
            return .notRun("\(check.unit): \(error)")
        }
    }

    private mutating func enter(
        _ run: LocalRun,
        _ attempt: any LocalAttempt,
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> LocalRunOutcome? {
        let identifier = nextToken
        do throws(Errno) {
            for (raw, interest) in attempt.descriptors {
                try reactor.add(raw, token: nextToken, interest: interest)
                tokens[nextToken] = identifier
                nextToken += 1
            }
        } catch {
            forget(identifier)
            return .notRun("\(error)")
        }
        entries[identifier] = Entry(run: run, attempt: attempt, deadline: now + run.timeout)
        return nil
    }

    /// Goes on with the run whose descriptor is ready; gives it with its outcome if it has ended.
    package mutating func advance(_ token: UInt64, _ reactor: inout Reactor) -> (LocalRun, LocalRunOutcome)? {
        guard let identifier = tokens[token], let entry = entries[identifier],
            let outcome = entry.attempt.advance()
        else { return nil }
        end(identifier, entry, &reactor)
        return (entry.run, outcome)
    }

    /// Ends the runs that took too long, with their outcomes.
    package mutating func expire(
        at now: MonotonicInstant,
        _ reactor: inout Reactor,
    ) -> [(run: LocalRun, outcome: LocalRunOutcome)] {
        let due = entries.filter { $0.value.deadline <= now }.sorted { $0.key < $1.key }
        for (identifier, entry) in due { end(identifier, entry, &reactor) }
        return due.map { _, entry in
            // Where the agent itself had no processor, the service may have had none either.
            let isLate = now - entry.deadline > Self.toleratedLateness
            return (entry.run, isLate ? .notRun("the agent came late itself") : entry.attempt.outcomeOfSilence)
        }
    }

    /// The descriptor that is readable when a request has ended.
    package var requestDescriptor: Int32 { requests.results.descriptor }

    /// The requests that have ended.
    package mutating func takeResults() -> [LocalRunResult] {
        let results = requests.results.drain()
        for result in results { asked.remove(result.run) }
        return results
    }

    private mutating func end(_ identifier: UInt64, _ entry: Entry, _ reactor: inout Reactor) {
        // Closing removes them from the set as well; an error here would only say that they are gone already.
        for (raw, _) in entry.attempt.descriptors { try? reactor.remove(raw) }
        forget(identifier)
    }

    private mutating func forget(_ identifier: UInt64) {
        entries[identifier] = nil
        tokens = tokens.filter { $0.value != identifier }
    }
}
