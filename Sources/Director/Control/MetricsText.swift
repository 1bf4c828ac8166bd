/// Samples in Prometheus' text format, version 0.0.4, as node_exporter's textfile collector reads it.
package struct MetricsText: Sendable {
    /// What a family's numbers are.
    package enum Kind: String, Sendable {
        case gauge
        case counter
        case histogram
    }

    private var lines: [String] = []
    private var family = ""

    /// Makes an empty text.
    package init() {}

    /// Begins a family, to which the samples that follow belong; the name of a counter ends in `_total`.
    package mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        lines.append("# HELP \(name) \(Self.escaped(help, quotes: false))")
        lines.append("# TYPE \(name) \(kind.rawValue)")
    }

    /// Adds a sample; a histogram's parts have a suffix of their own.
    package mutating func add(_ labels: [(name: String, value: String)] = [], suffix: String = "", _ value: Double) {
        // Whole numbers are written as such; the format has no limit of digits.
        let isWhole = value.rounded() == value && value.magnitude < 9e15
        let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }.joined(separator: ",")
        let number = isWhole ? "\(Int64(value))" : "\(value)"
        lines.append(family + suffix + (list.isEmpty ? "" : "{\(list)}") + " " + number)
    }

    /// Adds a count.
    package mutating func add(_ labels: [(name: String, value: String)] = [], suffix: String = "", _ count: UInt64) {
        add(labels, suffix: suffix, Double(count))
    }

    /// Adds 1 or 0.
    package mutating func add(_ labels: [(name: String, value: String)] = [], _ holds: Bool) {
        add(labels, holds ? 1.0 : 0.0)
    }

    /// The whole text.
    package var text: String { lines.map { $0 + "\n" }.joined() }

    private static func escaped(_ text: String, quotes: Bool) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\"" where quotes: result += "\\\""
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
