/// What was measured of one program that probes.
struct ProbingFigure {
    var probesPerSecond: Double
    /// Of one processor.
    var percent: Double
    /// Of one processor, with hardly any probes.
    var restingPercent: Double
    /// All that the program uses, for each probe.
    var microsecondsPerProbe: Double
    /// What it uses beyond what it does with hardly any probes.
    var microsecondsBeyondRest: Double
    /// What the kernel's threads for packets used beside, of both ends.
    var kernelMicroseconds: Double
    /// How many of the connections the prober ended by RST.
    var resetPercent: Double
    var processes: Int

    private static let rows: [(name: String, isCost: Bool, value: @Sendable (ProbingFigure) -> Double)] = [
        ("probes a second", false, { $0.probesPerSecond }),
        ("processor time for each probe, µs", true, { $0.microsecondsPerProbe }),
        ("of that beyond what is used at rest, µs", true, { $0.microsecondsBeyondRest }),
        ("beside it, the kernel's threads for packets, µs", false, { $0.kernelMicroseconds }),
        ("of one processor, %", false, { $0.percent }),
        ("of one processor at rest, %", false, { $0.restingPercent }),
        ("connections closed by RST, %", false, { $0.resetPercent }),
        ("processes", false, { Double($0.processes) }),
    ]

    /// A table of the figures of both, medians with the worst in parentheses; the ratio is keepalived's to Tandem's.
    static func table(tandem: [ProbingFigure], keepalived: [ProbingFigure]) -> [String] {
        func cell(_ values: [Double]) -> String {
            guard let worst = values.max() else { return "" }
            let median = rounded(Bound.median(values))
            return values.count == 1 ? median : "\(median) (\(rounded(worst)))"
        }
        return ["| | Tandem | keepalived | keepalived / Tandem |", "|---|---|---|---|"]
            + rows.map { row in
                let (ours, theirs) = (tandem.map(row.value), keepalived.map(row.value))
                let ratio = Bound.median(theirs) / Bound.median(ours)
                let shown = row.isCost && !theirs.isEmpty && ratio.isFinite ? hundredths(ratio) : ""
                return "| \(row.name) | \(cell(ours)) | \(cell(theirs)) | \(shown) |"
            }
    }

    private static func hundredths(_ value: Double) -> String {
        let hundredths = Int((value * 100).rounded())
        return "\(hundredths / 100).\(hundredths % 100 < 10 ? "0" : "")\(hundredths % 100)"
    }
}
