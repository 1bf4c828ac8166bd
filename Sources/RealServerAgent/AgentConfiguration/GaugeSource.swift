internal import AgentCore
internal import CheckSyntax
internal import Checks
internal import ConfigurationSyntax
internal import Primitives

/// An item of the `gauges` of `capacity` as written.
struct GaugeSource {
    /// The kinds of gauge.
    enum Kind: String, CaseIterable {
        case runQueue = "run_queue"
        case cpuPressure = "cpu_pressure"
        case memory
        case memoryPressure = "memory_pressure"
        case connections
        case file
        case command
        case http

        /// The numbers that mean all and no capacity where none are written; what has no measure of its own says percent.
        var range: (idle: Int, full: Int?) {
            switch self {
            case .runQueue: (100, 400)
            case .cpuPressure: (20, 80)
            case .memory: (80, 98)
            case .memoryPressure: (5, 40)
            case .connections: (0, nil)
            case .file, .command, .http: (100, 0)
            }
        }

        /// The keys that are about this kind alone.
        var keys: [String] {
            switch self {
            case .runQueue, .cpuPressure, .memory, .memoryPressure, .connections: []
            case .file: ["path"]
            case .command: ["command"]
            case .http: ["address", "port", "http"]
            }
        }

        /// The key without which it says nothing.
        var neededKey: String? {
            switch self {
            case .runQueue, .cpuPressure, .memory, .memoryPressure: nil
            case .connections: "full"
            case .file: "path"
            case .command: "command"
            case .http: "port"
            }
        }
    }

    var kind: Located<Kind>?
    var idle: Located<Int>?
    var full: Located<Int>?
    var path: Located<String>?
    var command: Located<[Located<String>]>?
    var address: Located<IPAddress>?
    var port: Located<Int>?
    var http: Located<HTTPSource>?

    init(_ fields: inout MappingDecoder) {
        kind = fields.required("type", .oneOf("gauge"))
        idle = fields.optional("idle", .integer(0...1_000_000_000))
        full = fields.optional("full", .integer(0...1_000_000_000))
        path = fields.optional("path", .path())
        command = fields.optional("command", .command)
        address = fields.optional("address", .address)
        port = fields.optional("port", .port)
        http = fields.optional("http", .http)
        checkKind(fields)
        if let range, range.idle == range.full {
            let place = (full ?? idle)?.span ?? fields.span
            fields.diagnostics.report("\"idle\" and \"full\" are both \(range.full)", at: place)
        }
    }

    private func checkKind(_ fields: MappingDecoder) {
        guard let kind else { return }
        for key in ["path", "command", "address", "port", "http"] where !kind.value.keys.contains(key) {
            guard let span = fields.span(ofKey: key) else { continue }
            let kinds = Kind.allCases.filter { $0.keys.contains(key) }.map(\.rawValue).joined(separator: " or ")
            fields.diagnostics.report(
                "\"\(key)\" is for a gauge of type \(kinds), and this one is \(kind.value.rawValue)",
                at: span,
            )
        }
        if let needed = kind.value.neededKey, !fields.contains(needed) {
            fields.diagnostics.report(
                "a gauge of type \(kind.value.rawValue) needs the key \"\(needed)\"",
                at: kind.span,
            )
        }
    }

    /// The numbers that mean all and no capacity.
    private var range: (idle: Int, full: Int)? {
        guard let kind, let full = full?.value ?? kind.value.range.full else { return nil }
        return (idle?.value ?? kind.value.range.idle, full)
    }

    var gauge: LoadGauge? {
        guard let kind, let range, range.idle != range.full else { return nil }
        let shows: LoadGauge.Kind
        switch kind.value {
        case .runQueue: shows = .runQueue
        case .cpuPressure: shows = .cpuPressure
        case .memory: shows = .memory
        case .memoryPressure: shows = .memoryPressure
        case .connections: shows = .connections
        case .file:
            guard let path else { return nil }
            shows = .file(path.value)
        case .command:
            guard let command else { return nil }
            shows = .command(CommandCheck(arguments: command.value.map(\.value)))
        case .http:
            guard let port else { return nil }
            let endpoint = Endpoint(
                address: address?.value ?? .v4(IPv4Address(127, 0, 0, 1)),
                port: UInt16(port.value)
            )
            shows = .http(http?.value.expectation(tls: nil) ?? HTTPExpectation(), endpoint)
        }
        return LoadGauge(shows, idle: range.idle, full: range.full)
    }
}

extension Format where Value == GaugeSource {
    static var gauge: Format {
        Format("a gauge") { node, diagnostics in
            guard var fields = MappingDecoder(node, as: "a gauge", diagnostics) else { return nil }
            defer { fields.finish() }
            return GaugeSource(&fields)
        }
    }
}
