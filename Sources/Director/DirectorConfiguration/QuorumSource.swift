internal import ConfigurationSyntax
internal import Health

/// A service's `quorum` as written.
struct QuorumSource {
    var weight: Located<Int>?
    var hysteresis: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        weight = fields.required("weight", .integer(1...65_535))
        hysteresis = fields.optional("hysteresis", .integer(0...65_534))
        if let weight, let hysteresis, hysteresis.value >= weight.value {
            fields.diagnostics.report(
                "a hysteresis of \(hysteresis.value) makes the quorum of \(weight.value) impossible to lose",
                at: hysteresis.span,
            )
        }
    }

    var settings: Quorum.Settings {
        let weight = weight?.value ?? 1
        return Quorum.Settings(
            weight: UInt32(weight),
            hysteresis: UInt32(min(hysteresis?.value ?? 0, weight - 1)),
        )
    }
}

extension Format where Value == QuorumSource {
    static var quorum: Format {
        Format("a quorum's weight and hysteresis") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a quorum", diagnostics) else { return nil }
            defer { fields.finish() }
            return QuorumSource(&fields)
        }
    }
}
