internal import AgentCore
internal import Primitives

/// A status as a table for people.
struct StatusTable {
    private(set) var text = ""

    init(_ status: AgentStatus) {
        text =
            "\(status.name): \(status.phase) for \(Self.age(status.phaseAge)), tandem-agent \(status.programVersion)\n"
        section(
            ["ADDRESS", "STATE", "WANTED BY", "REASON"],
            status.addresses.map { [$0.address, $0.state, $0.wantedBy.joined(separator: ","), $0.reason] },
        )
        section(
            ["DIRECTOR", "STATE", "FOR", "LAST HEARD", "REMOTE"],
            status.directors.map { director in
                [
                    director.name, director.isConnected ? "connected" : "absent", Self.age(director.connectedFor),
                    Self.age(director.lastHeardAge), director.remote ?? "-",
                ]
            },
        )
        section(
            ["DIRECTOR", "SERVICE", "WEIGHT", "REASON"],
            status.directors.flatMap { director in
                director.view.map { [director.name, $0.service, "\($0.weight)", $0.reason] }
            },
        )
        section(
            ["FACT", "OF", "VERDICT", "FOR", "EVIDENCE"],
            status.facts.map { [$0.kind, $0.subject, $0.verdict, Self.age($0.age), $0.evidence] },
        )
        section(["FAILED", "REASON"], status.failures.map { [$0.subject, $0.reason] })
    }

    private static func age(_ milliseconds: Int64?) -> String {
        milliseconds.map { "\(Interval.milliseconds($0))" } ?? "-"
    }

    private mutating func section(_ head: [String], _ rows: [[String]]) {
        guard !rows.isEmpty else { return }
        let all = [head] + rows
        let widths = head.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
        for row in all {
            let cells = row.indices.map { column in
                let isLast = column == row.count - 1
                return row[column] + String(repeating: " ", count: isLast ? 0 : widths[column] - row[column].count)
            }
            text += "\n" + cells.joined(separator: "  ")
        }
        text += "\n"
    }
}
