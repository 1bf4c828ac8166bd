import Glibc
import Primitives

/// Random loss of probes, with Tandem's directors and with keepalived's of the same run.
enum ProbeLoss {
    /// How long it goes on (`TANDEM_LAB_LOSS_SECONDS`, ten seconds where that says nothing).
    static let duration: Interval = .seconds(
        getenv("TANDEM_LAB_LOSS_SECONDS").flatMap { Int64(String(cString: $0)) }.map { max(1, $0) } ?? 10
    )

    /// Tandem's weights change at most a tenth as often as keepalived's, and what is really gone is noticed no later.
    static let comparison = Scenario(
        name: "probe-loss-comparison",
        summary: "the weight changes while three of ten probes are lost, Tandem's against keepalived's of the same run",
    ) { cluster, outcome in
        func value(_ incident: Incident, _ directors: Scenario.Directors, _ figure: String) -> Double? {
            cluster.incidents[incident.name]?[directors]?.figures.first { $0.name == figure }?.value
        }
        for (name, directors) in [("Tandem", Scenario.Directors.tandem), ("keepalived", .keepalived)] {
            let detection = value(.powerOff, directors, Incident.zeroOnBoth)
            outcome.figures.append(
                .init(
                    name: "\(name), node powered off to weight 0",
                    value: detection ?? .infinity,
                    unit: "ms",
                    bound: .none
                )
            )
        }
        let ours = value(.probeLoss, .tandem, Incident.weightChanges) ?? .infinity
        let theirs = value(.probeLoss, .keepalived, Incident.weightChanges) ?? 0
        // A short run has too few of theirs for a tenth of them: one real server down and up again is two changes.
        let limit = max(2, theirs / 10)
        outcome.figures += [
            .init(name: "lasted", value: duration.inMilliseconds / 1_000, unit: "s", bound: .none),
            .init(name: "keepalived, weight changes", value: theirs, unit: "", bound: .none),
            .init(name: "Tandem, weight changes", value: ours, unit: "", bound: .eachAtMost(limit)),
        ]
    }
}
