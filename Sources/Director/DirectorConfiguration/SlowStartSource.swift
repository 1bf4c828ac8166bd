internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// A service's `slow_start` as written.
struct SlowStartSource {
    var duration: Located<Interval>?
    var exponent: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        duration = fields.required("duration", .duration(.milliseconds(100) ... .seconds(86_400)))
        exponent = fields.optional("exponent", .integer(SlowStart.Settings.exponents))
    }

    var settings: SlowStart.Settings? {
        duration.map { SlowStart.Settings(duration: $0.value, exponent: exponent?.value ?? 1) }
    }
}

extension Format where Value == SlowStartSource {
    static var slowStart: Format {
        Format("a slow start's duration and exponent") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a slow start", diagnostics) else { return nil }
            defer { fields.finish() }
            return SlowStartSource(&fields)
        }
    }
}
