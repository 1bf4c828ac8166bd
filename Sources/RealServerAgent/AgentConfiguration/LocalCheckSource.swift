internal import AgentCore
internal import CheckSyntax
internal import Checks
internal import ConfigurationSyntax
internal import Primitives

/// An item of `checks` as written.
struct LocalCheckSource {
    /// The kinds of check.
    enum Kind: String, CaseIterable {
        case http
        case command
        case unit

        /// How many failures in a row count where nothing is written: what systemd says of a unit leaves no doubt.
        var fall: Int { self == .unit ? 1 : 2 }
        /// The key without which it says nothing.
        var neededKey: String? { self == .http ? nil : rawValue }
    }

    private static let interval = Interval.seconds(1)

    var kind: Located<Kind>?
    var port: Located<Int>?
    var address: Located<IPAddress>?
    var interval: Located<Interval>?
    var timeout: Located<Interval>?
    var fall: Located<Int>?
    var rise: Located<Int>?
    var http: Located<HTTPSource>?
    var command: Located<[Located<String>]>?
    var unit: Located<String>?

    init(_ fields: inout MappingDecoder) {
        kind = fields.required("type", .oneOf("check"))
        port = fields.optional("port", .port)
        address = fields.optional("address", .address)
        interval = fields.optional("interval", .duration(.milliseconds(100) ... .seconds(3_600)))
        timeout = fields.optional("timeout", .duration(.milliseconds(10) ... .seconds(60)))
        fall = fields.optional("fall", .integer(1...100))
        rise = fields.optional("rise", .integer(1...100))
        http = fields.optional("http", .http)
        command = fields.optional("command", .command)
        unit = fields.optional("unit", .unitName)
        timeout?.check("timeout", within: interval?.value ?? Self.interval, fields.diagnostics)
        checkKind(fields)
    }

    private func checkKind(_ fields: MappingDecoder) {
        guard let kind else { return }
        for other in Kind.allCases where other != kind.value {
            guard let span = fields.span(ofKey: other.rawValue) else { continue }
            fields.diagnostics.report(
                "\"\(other.rawValue)\" is for a check of type \(other.rawValue), and this one is \(kind.value.rawValue)",
                at: span,
            )
        }
        if let needed = kind.value.neededKey, !fields.contains(needed) {
            fields.diagnostics.report(
                "a check of type \(kind.value.rawValue) needs the key \"\(needed)\"",
                at: kind.span,
            )
        }
    }

    var check: LocalCheck? {
        guard let kind else { return nil }
        let does: LocalCheck.Kind
        switch kind.value {
        case .http: does = .http(http?.value.expectation(tls: nil) ?? HTTPExpectation())
        case .command:
            guard let command else { return nil }
            does = .command(CommandCheck(arguments: command.value.map(\.value)))
        case .unit:
            guard let unit else { return nil }
            does = .unit(UnitCheck(unit: unit.value))
        }
        var check = LocalCheck(does, port: port.map { UInt16($0.value) }, address: address?.value)
        check.interval = interval?.value ?? Self.interval
        check.timeout = timeout?.value ?? min(Self.interval, check.interval)
        check.fall = fall?.value ?? kind.value.fall
        if let rise { check.rise = rise.value }
        return check
    }
}

extension Format where Value == LocalCheckSource {
    static var localCheck: Format {
        Format("a check") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a check", diagnostics) else { return nil }
            defer { fields.finish() }
            return LocalCheckSource(&fields)
        }
    }
}
