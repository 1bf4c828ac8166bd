internal import ConfigurationSyntax
internal import Health

/// A service's `fail_open` as written.
struct FailOpenSource {
    var below: Located<Int>?
    var until: Located<Int>?

    init(_ fields: inout MappingDecoder) {
        below = fields.required("below", .integer(1...100))
        until = fields.optional("until", .integer(1...100))
        if let below, let until, until.value < below.value {
            fields.diagnostics.report(
                "the service would trust its checks again at \(until.value) % and distrust them below "
                    + "\(below.value) %",
                at: until.span,
            )
        }
    }

    var settings: FailOpen.Settings {
        let below = below?.value ?? 1
        return FailOpen.Settings(below: below, until: max(below, until?.value ?? min(100, below + 10)))
    }
}

extension Format where Value == FailOpenSource {
    static var failOpen: Format {
        Format("the shares in percent below and until which a service fails open") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "fail_open", diagnostics) else { return nil }
            defer { fields.finish() }
            return FailOpenSource(&fields)
        }
    }
}
