import Primitives

/// The figures of a benchmark: each is told when it is there, and all of them in a table at the end.
final class BenchmarkReport {
    let narrator: Narrator
    private var table = BenchmarkTable()

    init(_ narrator: Narrator) {
        self.narrator = narrator
    }

    /// Tells a figure of one run, and keeps it for the table.
    func add(_ measure: String, _ unit: String, _ contender: Contender, _ value: Double) {
        table.add(measure, unit, contender.setup.interval, contender.name, value)
        narrator.event(
            "figure",
            [
                ("measure", .string(measure)), ("contender", .string(contender.name)),
                ("interval", .string("\(contender.setup.interval)")), ("value", .number(value)),
            ]
        )
    }

    /// Tells the table, and that the benchmark came to its end.
    func end() {
        for line in table.lines { narrator.event("table", [("line", .string(line))]) }
        narrator.event("end", [("passed", true)])
    }
}
