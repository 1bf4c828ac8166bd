internal import CheckSyntax
internal import Checks
internal import ConfigurationSyntax
internal import Health
internal import Primitives

/// The `check` of a service as written.
struct CheckSource {
    /// The kinds of check.
    enum Kind: String, CaseIterable {
        case tcp
        case http
        case https
        case tls
        case udp
        case dns
        case icmp
        case command

        /// The time from one probe to the next: what costs the real server little is done often.
        var interval: Interval {
            switch self {
            case .tcp, .udp, .icmp: ProbeSettings().interval
            case .http, .https, .tls, .dns, .command: .seconds(1)
            }
        }

        /// The keys that are about this kind alone.
        var keys: [String] {
            switch self {
            case .tcp, .udp: ["exchange"]
            case .http: ["http"]
            case .https: ["http", "tls"]
            case .tls: ["tls"]
            case .dns: ["dns"]
            case .icmp: ["full_frame"]
            case .command: ["command"]
            }
        }
    }

    var kind: Located<Kind>?
    var interval: Located<Interval>?
    var fastInterval: Located<Interval>?
    var timeout: Located<Interval>?
    var fall: Located<Int>?
    var rise: Located<Int>?
    var port: Located<Int>?
    var source: Located<IPAddress>?
    var exchange: Located<ExchangeSource>?
    var http: Located<HTTPSource>?
    var tls: Located<TLSSource>?
    var dns: Located<DNSSource>?
    var fullFrame: Located<Bool>?
    var command: Located<[Located<String>]>?
    /// Whether it asks for a TCP connection and nothing else, as far as it could be read.
    var isBareConnection: Bool

    init(_ fields: inout MappingDecoder) {
        kind = fields.optional("type", .oneOf("check"))
        interval = fields.optional("interval", .duration(.milliseconds(10) ... .seconds(3_600)))
        fastInterval = fields.optional("fast_interval", .duration(.milliseconds(10) ... .seconds(3_600)))
        timeout = fields.optional("timeout", .duration(.milliseconds(1) ... .seconds(60)))
        fall = fields.optional("fall", .integer(1...100))
        rise = fields.optional("rise", .integer(1...100))
        port = fields.optional("port", .port)
        source = fields.optional("source", .address)
        exchange = fields.optional("exchange", .exchange)
        http = fields.optional("http", .http)
        tls = fields.optional("tls", .tls)
        dns = fields.optional("dns", .dns)
        fullFrame = fields.optional("full_frame", .boolean)
        command = fields.optional("command", .command)
        let isOfTCP = kind.map { $0.value == .tcp } ?? !fields.contains("type")
        isBareConnection = isOfTCP && !fields.contains("exchange")
        checkRhythm(fields.diagnostics)
        checkKind(fields)
    }

    private func checkRhythm(_ diagnostics: DiagnosticList) {
        let effective = interval?.value ?? effectiveKind.interval
        timeout?.check("timeout", within: effective, diagnostics)
        fastInterval?.check("fast interval", within: effective, diagnostics)
    }

    /// A key that says nothing about this kind of check is a mistake; what a kind cannot do without is asked for.
    private func checkKind(_ fields: MappingDecoder) {
        // Where the type is wrong, nothing follows from it.
        guard kind != nil || !fields.contains("type") else { return }
        for key in ["exchange", "http", "tls", "dns", "full_frame", "command"] where !effectiveKind.keys.contains(key) {
            guard let span = fields.span(ofKey: key) else { continue }
            let kinds = Kind.allCases.filter { $0.keys.contains(key) }.map(\.rawValue).joined(separator: " or ")
            fields.diagnostics.report(
                "\"\(key)\" is for a check of type \(kinds), and this one is \(effectiveKind.rawValue)",
                at: span,
            )
        }
        let needed: String? =
            switch effectiveKind {
            case .udp: "exchange"
            case .dns: "dns"
            case .command: "command"
            case .tcp, .http, .https, .tls, .icmp: nil
            }
        if let needed, !fields.contains(needed) {
            fields.diagnostics.report(
                "a check of type \(effectiveKind.rawValue) needs the key \"\(needed)\"",
                at: kind?.span ?? fields.span,
            )
        }
    }

    private var effectiveKind: Kind { kind?.value ?? .tcp }

    private var probeKind: ProbeKind {
        switch effectiveKind {
        case .tcp: exchange.map { .tcpExchange($0.value.exchange) } ?? .tcp
        case .http: .http(http?.value.expectation(tls: nil) ?? HTTPExpectation())
        case .https:
            .http((http?.value ?? HTTPSource()).expectation(tls: tls?.value.expectation ?? TLSExpectation()))
        case .tls: .tls(tls?.value.expectation ?? TLSExpectation())
        case .udp: exchange.map { .udp($0.value.exchange) } ?? .tcp
        case .dns: dns?.value.expectation.map { .dns($0) } ?? .tcp
        case .icmp: fullFrame?.value == true ? .icmpFullFrame : .icmp
        case .command: command.map { .command(CommandCheck(arguments: $0.value.map(\.value))) } ?? .tcp
        }
    }

    var settings: ProbeSettings {
        var settings = ProbeSettings()
        settings.kind = probeKind
        settings.interval = interval?.value ?? effectiveKind.interval
        settings.fastInterval = fastInterval?.value
        // An answer is awaited until the next probe at most.
        settings.timeout = timeout?.value ?? min(effectiveKind.interval, settings.interval)
        if let fall { settings.fall = fall.value }
        if let rise { settings.rise = rise.value }
        settings.port = port.map { UInt16($0.value) }
        settings.source = source?.value
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
