import Primitives

/// The figures of a benchmark, one row for each measure and interval.
struct BenchmarkTable {
    private struct Row {
        var measure: String
        var interval: Interval
        var unit: String
        var values: [String: [Double]] = [:]
    }

    static let columns = ["Tandem", "keepalived, defaults", "keepalived, tuned"]
    private var rows: [Row] = []

    /// Adds a value of one run.
    mutating func add(_ measure: String, _ unit: String, _ interval: Interval, _ contender: String, _ value: Double) {
        let known = rows.firstIndex { $0.measure == measure && $0.interval == interval }
        if known == nil { rows.append(Row(measure: measure, interval: interval, unit: unit)) }
        rows[known ?? rows.count - 1].values[contender, default: []].append(value)
    }

    /// The table in Markdown: medians with the worst in parentheses; the ratio is keepalived's, tuned, to Tandem's.
    var lines: [String] {
        var lines = [
            "| measure | interval | \(BenchmarkTable.columns.joined(separator: " | ")) | tuned / Tandem |",
            "|---|---|---|---|---|---|",
        ]
        for row in rows.sorted(by: { ($0.measure, $1.interval) < ($1.measure, $0.interval) }) {
            let cells = BenchmarkTable.columns.map { column -> String in
                guard let values = row.values[column], let worst = values.max() else { return "" }
                let median = Bound.median(values)
                return values.count == 1 ? rounded(median) : "\(rounded(median)) (\(rounded(worst)))"
            }
            let ours = Bound.median(row.values["Tandem"] ?? [])
            let theirs = Bound.median(row.values["keepalived, tuned"] ?? [])
            let ratio = ours.isFinite && theirs.isFinite && ours > 0 ? rounded(theirs / ours) : ""
            let measure = row.unit.isEmpty ? row.measure : "\(row.measure), \(row.unit)"
            lines.append("| \(measure) | \(row.interval) | \(cells.joined(separator: " | ")) | \(ratio) |")
        }
        return lines
    }
}
