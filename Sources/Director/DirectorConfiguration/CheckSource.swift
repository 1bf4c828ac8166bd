internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// The `check` of a service as written.
struct CheckSource {
    /// The kinds of check.
    enum Kind: String, CaseIterable {
        case tcp
    }

    var kind: Located<Kind>?
    var interval: Located<Interval>?
    var timeout: Located<Interval>?
    var fall: Located<Int>?
    var rise: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        kind = fields.optional("type", .oneOf("check"))
        interval = fields.optional("interval", .duration(.milliseconds(10) ... .seconds(3_600)))
        timeout = fields.optional("timeout", .duration(.milliseconds(1) ... .seconds(60)))
        fall = fields.optional("fall", .integer(1...100))
        rise = fields.optional("rise", .integer(1...100))
        let effective = interval?.value ?? ProbeSettings().interval
        if let timeout, timeout.value > effective {
            fields.diagnostics.report(
                "the timeout of \(timeout.value.exact) is longer than the interval of \(effective.exact)",
                at: timeout.span,
            )
        }
    }

    var settings: ProbeSettings {
        var settings = ProbeSettings()
        if let interval { settings.interval = interval.value }
        // An answer is awaited until the next probe at most.
        settings.timeout = timeout?.value ?? min(settings.timeout, settings.interval)
        if let fall { settings.fall = fall.value }
        if let rise { settings.rise = rise.value }
        return settings
    }
}

extension Format where Value == CheckSource {
    static var check: Format {
        Format("a check") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a check", diagnostics) else { return nil }
            defer { fields.finish() }
            return CheckSource(&fields)
        }
    }
}
