package import Primitives

extension Format where Value == Interval {
    /// A duration with its unit, in a range; where a step is given, a multiple of it.
    package static func duration(_ range: ClosedRange<Interval>, multipleOf step: Interval? = nil) -> Format<Interval> {
        let bounds = "a duration from \(range.lowerBound.exact) to \(range.upperBound.exact)"
        return Format(bounds) { node, diagnostics in
            guard case .scalar(let text, _) = node.content, let interval = Interval(configurationText: text) else {
                var suggestion: String?
                if case .scalar(let text, _) = node.content {
                    // A bare number is what people coming from other programs write.
                    let spellings = [text.filter { $0 != " " }, text + "s", text + "ms"]
                    suggestion = spellings.first {
                        Interval(configurationText: $0).map { range.contains($0) } ?? false
                    }
                }
                diagnostics.report(
                    "expected \(bounds) with its unit (ms, s, m, h or d), found \(node.kind)",
                    at: node.span,
                    suggestion: suggestion,
                )
                return nil
            }
            guard range.contains(interval) else {
                diagnostics.report("expected \(bounds), found \(node.kind)", at: node.span)
                return nil
            }
            guard let step, interval.nanoseconds % step.nanoseconds != 0 else { return interval }
            let below = interval.nanoseconds / step.nanoseconds * step.nanoseconds
            let nearest = max(Interval(nanoseconds: below), range.lowerBound)
            diagnostics.report(
                "\(node.kind) is not a multiple of \(step.exact)",
                at: node.span,
                suggestion: nearest.exact,
            )
            return nil
        }
    }
}

extension Interval {
    /// Parses a whole or decimal number and its unit: `200ms`, `1.5s`, `5m`, `1h`, `31d`.
    package init?(configurationText text: String) {
        let units: [(name: String, nanoseconds: Int64)] = [
            ("ms", 1_000_000), ("s", 1_000_000_000), ("m", 60_000_000_000), ("h", 3_600_000_000_000),
            ("d", 86_400_000_000_000),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.name) }) else { return nil }
        let parts = text.dropLast(unit.name.count).split(separator: ".", omittingEmptySubsequences: false)
        guard (1...2).contains(parts.count), (1...9).contains(parts[0].utf8.count),
            parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let whole = Int64(parts[0])
        else { return nil }
        let (total, overflows) = whole.multipliedReportingOverflow(by: unit.nanoseconds)
        guard !overflows, total < Int64.max / 2 else { return nil }
        var fraction: Int64 = 0
        if parts.count == 2 {
            guard parts[1].utf8.count <= 3, let digits = Int64(parts[1]) else { return nil }
            let scale: Int64 = [1, 10, 100, 1_000][parts[1].utf8.count]
            fraction = digits * (unit.nanoseconds / scale)
        }
        self.init(nanoseconds: total + fraction)
    }

    /// The interval exactly, as a configuration takes it: `10ms`, `40950ms`, `300s`.
    package var exact: String {
        nanoseconds % 1_000_000_000 == 0 ? "\(nanoseconds / 1_000_000_000)s" : "\(nanoseconds / 1_000_000)ms"
    }
}
