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
        var outcomes: [Outcome] = []
        var problem: String?
        for repetition in 1...(scenario.isRepeated ? repetitions : 1) {
            do {
                try prepare(scenario)
                var outcome = Outcome()
                do { try scenario.play(cluster, &outcome) } catch {
                    outcome.check("played to its end", false, "\(error)")
                }
                outcomes.append(outcome)
                narrator.report(scenario, repetition: repetition, outcome)
            } catch {
                problem = "set-up: \(error)"
                break
            }
        }
        return judge(scenario, outcomes, problem, took: now() - began)
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

    private func judge(
        _ scenario: Scenario,
        _ outcomes: [Outcome],
        _ problem: String?,
        took: Interval
    ) -> Bool {
        var figures: [(String, JSON)] = []
        var failures = outcomes.flatMap(\.checks).filter { !$0.passed }.map {
            "\($0.name): \($0.detail)"
        }
        if let problem { failures.append(problem) }
        for figure in outcomes.first?.figures ?? [] {
            let values = outcomes.flatMap(\.figures).filter { $0.name == figure.name }.map(\.value)
            let holds = figure.bound.holds(values)
            if !holds {
                failures.append(
                    "\(figure.name): \(figure.bound.description) \(figure.unit), got \(values.map(rounded))"
                )
            }
            figures.append(
                (
                    figure.name,
                    .object([
                        ("unit", .string(figure.unit)), ("median", .number(Bound.median(values))),
                        ("worst", .number(values.max() ?? .infinity)), ("runs", .number(Double(values.count))),
                        ("bound", .string(figure.bound.description)), ("passed", .boolean(holds)),
                    ])
                )
            )
        }
        if narrator.style == .story {
            for failure in failures { narrator.tell("    ✗ \(failure)") }
        }
        narrator.event(
            "scenario",
            [
                ("scenario", .string(scenario.name)), ("passed", .boolean(failures.isEmpty)),
                ("figures", .object(figures)), ("failures", .array(failures.map { .string($0) })),
                ("seconds", .number(took.seconds)),
            ]
        )
        return failures.isEmpty
    }
}
