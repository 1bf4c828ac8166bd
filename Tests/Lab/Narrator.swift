import Glibc
import Primitives

/// Tells what happens: as JSON events, one a line, or as a story for a person.
final class Narrator {
    /// For whom it speaks.
    enum Style {
        case events
        case story
    }

    let style: Style
    private let began = now()

    init(_ style: Style) {
        self.style = style
    }

    // At once and unbuffered: whoever watches sees each line when it happens.
    private func write(_ line: String) {
        var bytes = Array("\(line)\n".utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, $0.count) }
            guard count > 0 else { return }
            bytes = bytes.dropFirst(count)
        }
    }

    /// Writes an event; in a story it is left out.
    func event(_ name: String, _ fields: [(String, JSON)]) {
        guard style == .events else { return }
        let at = (now() - began).inMilliseconds
        write("\(JSON.object([("event", .string(name)), ("at", .number(at))] + fields))")
    }

    /// Writes a line of the story; among events it becomes one.
    func tell(_ text: String) {
        switch style {
        case .story: write(text)
        case .events: event("progress", [("text", .string(text))])
        }
    }

    private func narrate(_ outcome: Outcome) {
        for check in outcome.checks where check.passed && !check.name.isEmpty {
            tell("    ✓ \(check.name)")
        }
        for figure in outcome.figures {
            let value =
                figure.unit.isEmpty && figure.value.isFinite
                ? "\(Int(figure.value))" : rounded(figure.value)
            let bound = if case .none = figure.effectiveBound { "" } else { " (\(figure.effectiveBound.description))" }
            tell("    \(figure.name): \(value)\(figure.unit.isEmpty ? "" : " \(figure.unit)")\(bound)")
        }
        for request in outcome.lost.prefix(5) {
            let at = rounded((request.startedAt - began).seconds)
            tell("      lost: the request of second \(at), \(request.cause ?? "")")
        }
    }

    /// Writes what one run of a scenario found.
    func report(_ scenario: String, repetition: Int, _ outcome: Outcome) {
        if style == .story { return narrate(outcome) }
        event(
            "run",
            [
                ("scenario", .string(scenario)), ("repetition", .number(Double(repetition))),
                (
                    "lost",
                    .array(
                        outcome.lost.prefix(20).map {
                            .object([
                                ("at", .number(($0.startedAt - began).inMilliseconds)),
                                ("after", .number(($0.endedAt - $0.startedAt).inMilliseconds)),
                                ("cause", .string($0.cause ?? "")),
                            ])
                        }
                    )
                ),
                ("figures", .object(outcome.figures.map { ($0.name, .number($0.value)) })),
                (
                    "checks",
                    .array(
                        outcome.checks.map {
                            .object([
                                ("name", .string($0.name)), ("passed", .boolean($0.passed)),
                                ("detail", .string($0.detail)),
                            ])
                        }
                    )
                ),
            ]
        )
    }
}
