import Primitives

/// Plays scenarios on a cluster that it keeps settled between them, and judges the figures of all repetitions.
final class Runner {
    private let cluster: Cluster
    private let narrator: Narrator
    private let repetitions: Int

    init(_ cluster: Cluster, _ narrator: Narrator, repetitions: Int) {
        self.cluster = cluster
        self.narrator = narrator
        self.repetitions = repetitions
    }

    /// Plays every scenario; true when all passed.
    func play(_ scenarios: [Scenario]) -> Bool {
        var passed = true
        for scenario in scenarios {
            let result = play(scenario)
            passed = passed && result
        }
        return passed
    }

    private func play(_ scenario: Scenario) -> Bool {
        let began = now()
        narrator.event(
            "begin",
            [("scenario", .string(scenario.name)), ("summary", .string(scenario.summary))]
        )
        if narrator.style == .story { narrator.tell("\n▸ \(scenario.summary)") }
        var verdict = attempt(scenario)
        for number in 1..<Emulation.tries where !verdict.hasPassed {
            // Said aloud, so that a scenario that needs it every time is seen.
            for failure in verdict.failures {
                narrator.tell("\(scenario.name) failed on try \(number) of \(Emulation.tries): \(failure)")
            }
            verdict = attempt(scenario)
        }
        verdict.announce(narrator, took: now() - began)
        return verdict.hasPassed
    }

    private func attempt(_ scenario: Scenario) -> Verdict {
        var verdict = Verdict(scenario: scenario.name)
        for repetition in 1...scenario.repeats.count(of: repetitions) {
            do {
                try prepare(scenario)
                var outcome = Outcome()
                do { try scenario.play(cluster, &outcome) } catch {
                    outcome.check("played to its end", false, "\(error)")
                }
                verdict.outcomes.append(outcome)
                narrator.report(scenario.name, repetition: repetition, outcome)
            } catch {
                verdict.problem = "set-up: \(error)"
                break
            }
        }
        return verdict
    }

    // A cluster that a scenario left unsettled is started anew, so that one failure is not the next one's.
    private func prepare(_ scenario: Scenario) throws {
        if cluster.kind == scenario.directors {
            do { return try cluster.settle(.seconds(10)) } catch {
                narrator.tell("starting the cluster anew (\(error))")
            }
        }
        try cluster.start(scenario.directors)
        try cluster.settle(.seconds(60))
    }
}
