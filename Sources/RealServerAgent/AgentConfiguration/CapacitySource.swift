internal import AgentCore
internal import ConfigurationSyntax
internal import Primitives

/// The `capacity` of the file as written.
struct CapacitySource {
    var gauges: [Located<GaugeSource>]?
    var interval: Located<Interval>?
    var smoothing: Located<Interval>?
    var step: Located<Int>?
    var floor: Located<Int>?
    var ceiling: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        gauges = fields.required("gauges", .list(of: .gauge, atMost: 16))?.value
        interval = fields.optional("interval", .duration(.milliseconds(500) ... .seconds(600)))
        smoothing = fields.optional("smoothing", .duration(.zero ... .seconds(3_600)))
        step = fields.optional("step", .integer(1...50))
        floor = fields.optional("floor", .integer(1...100))
        ceiling = fields.optional("ceiling", .integer(1...100))
        let least = floor?.value ?? CapacitySettings(gauges: []).range.lowerBound
        if let ceiling, ceiling.value < least {
            fields.diagnostics.report(
                "the ceiling of \(ceiling.value) is below the floor of \(least)",
                at: ceiling.span,
            )
        }
        var seen: [LoadGauge: SourceSpan] = [:]
        for gauge in gauges ?? [] {
            guard let value = gauge.value.gauge else { continue }
            if let first = seen[value] {
                fields.diagnostics.report("the gauge is given twice, first at line \(first.line)", at: gauge.span)
            }
            seen[value] = seen[value] ?? gauge.span
        }
    }

    var settings: CapacitySettings? {
        guard let gauges else { return nil }
        var settings = CapacitySettings(gauges: gauges.compactMap(\.value.gauge))
        if let interval { settings.interval = interval.value }
        if let smoothing { settings.smoothing = smoothing.value }
        if let step { settings.step = step.value }
        let least = floor?.value ?? settings.range.lowerBound
        settings.range = least...max(least, ceiling?.value ?? settings.range.upperBound)
        return settings
    }
}

extension Format where Value == CapacitySource {
    static var capacity: Format {
        Format("what says how much the node can take") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a capacity", diagnostics) else { return nil }
            defer { fields.finish() }
            return CapacitySource(&fields)
        }
    }
}
