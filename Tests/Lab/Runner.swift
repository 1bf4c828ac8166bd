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
        var (outcomes, problem) = attempt(scenario)
        for number in 1..<Emulation.tries where !failures(of: outcomes, problem).isEmpty {
            // Said aloud, so that a scenario that needs it every time is seen.
            for failure in failures(of: outcomes, problem) {
                narrator.tell("\(scenario.name) failed on try \(number) of \(Emulation.tries): \(failure)")
            }
            (outcomes, problem) = attempt(scenario)
        }
        return judge(scenario, outcomes, problem, took: now() - began)
    }

    private func attempt(_ scenario: Scenario) -> (outcomes: [Outcome], problem: String?) {
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
        return (outcomes, problem)
    }

    /// What did not hold, in words.
    private func failures(of outcomes: [Outcome], _ problem: String?) -> [String] {
        var failures = outcomes.flatMap(\.checks).filter { !$0.passed }.map { "\($0.name): \($0.detail)" }
        if let problem { failures.append(problem) }
        for figure in outcomes.first?.figures ?? [] {
            let values = values(of: figure.name, in: outcomes)
            guard !figure.effectiveBound.holds(values) else { continue }
            failures.append(
                "\(figure.name): \(figure.effectiveBound.description) \(figure.unit), got \(values.map(rounded))"
            )
        }
        return failures
    }

    private func values(of figure: String, in outcomes: [Outcome]) -> [Double] {
        outcomes.flatMap(\.figures).filter { $0.name == figure }.map(\.value)
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
        let failures = failures(of: outcomes, problem)
        for figure in outcomes.first?.figures ?? [] {
            let values = values(of: figure.name, in: outcomes)
            let holds = figure.effectiveBound.holds(values)
            figures.append(
                (
                    figure.name,
                    .object([
                        ("unit", .string(figure.unit)), ("median", .number(Bound.median(values))),
                        ("worst", .number(values.max() ?? .infinity)), ("runs", .number(Double(values.count))),
                        ("bound", .string(figure.effectiveBound.description)), ("passed", .boolean(holds)),
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
