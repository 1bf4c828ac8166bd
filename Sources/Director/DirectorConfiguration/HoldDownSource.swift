internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// A service's `hold_down` as written.
struct HoldDownSource {
    var free: Located<Int>?
    var first: Located<Interval>?
    var maximum: Located<Interval>?
    var forget: Located<Interval>?

    init(_ fields: inout MappingDecoder) {
        free = fields.optional("free", .integer(0...100))
        first = fields.optional("first", .duration(.milliseconds(100) ... .seconds(3_600)))
        maximum = fields.optional("maximum", .duration(.milliseconds(100) ... .seconds(86_400)))
        forget = fields.optional("forget", .duration(.milliseconds(100) ... .seconds(86_400)))
        let shortest = first?.value ?? HoldDown.Settings().first
        if let maximum, maximum.value < shortest {
            fields.diagnostics.report(
                "the longest hold-down of \(maximum.value.exact) is shorter than the first of \(shortest.exact)",
                at: maximum.span,
            )
        }
    }

    var settings: HoldDown.Settings {
        let usual = HoldDown.Settings()
        let first = first?.value ?? usual.first
        return HoldDown.Settings(
            free: free?.value ?? usual.free,
            first: first,
            maximum: max(first, maximum?.value ?? usual.maximum),
            forget: forget?.value ?? usual.forget,
        )
    }
}

extension Format where Value == HoldDownSource {
    static var holdDown: Format {
        Format("how a real server that flaps is held") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a hold-down", diagnostics) else { return nil }
            defer { fields.finish() }
            return HoldDownSource(&fields)
        }
    }
}
