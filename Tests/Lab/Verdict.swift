import Primitives

/// What all runs of a scenario together come to.
struct Verdict {
    var scenario: String
    var outcomes: [Outcome] = []
    /// What kept it from being played at all.
    var problem: String?

    /// Whether everything held.
    var hasPassed: Bool { failures.isEmpty }

    /// What did not hold, in words.
    var failures: [String] {
        var failures = outcomes.flatMap(\.checks).filter { !$0.passed }.map { "\($0.name): \($0.detail)" }
        if let problem { failures.append(problem) }
        for figure in outcomes.first?.figures ?? [] {
            let values = values(of: figure.name)
            guard !figure.effectiveBound.holds(values) else { continue }
            failures.append(
                "\(figure.name): \(figure.effectiveBound.description) \(figure.unit), got \(values.map(rounded))"
            )
        }
        return failures
    }

    private func values(of figure: String) -> [Double] {
        outcomes.flatMap(\.figures).filter { $0.name == figure }.map(\.value)
    }

    /// Tells what failed, and every figure with its bound.
    func announce(_ narrator: Narrator, took: Interval) {
        let failures = failures
        let figures = (outcomes.first?.figures ?? []).map { figure -> (String, JSON) in
            let values = values(of: figure.name)
            return (
                figure.name,
                .object([
                    ("unit", .string(figure.unit)), ("median", .number(Bound.median(values))),
                    ("worst", .number(values.max() ?? .infinity)), ("runs", .number(Double(values.count))),
                    ("bound", .string(figure.effectiveBound.description)),
                    ("passed", .boolean(figure.effectiveBound.holds(values))),
                ])
            )
        }
        if narrator.style == .story {
            for failure in failures { narrator.tell("    ✗ \(failure)") }
        }
        narrator.event(
            "scenario",
            [
                ("scenario", .string(scenario)), ("passed", .boolean(failures.isEmpty)),
                ("figures", .object(figures)), ("failures", .array(failures.map { .string($0) })),
                ("seconds", .number(took.seconds)),
            ]
        )
    }
}
