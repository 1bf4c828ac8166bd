internal import AgentCore
internal import ConfigurationSyntax
internal import Primitives

/// The whole file as written: every value with its place, and nothing where a value was absent or wrong.
struct FileSource {
    var directors: [Located<DirectorSource>]?
    var allowedAddresses: [Located<Prefix>]?
    var addresses: [Located<IPAddress>]?
    var listen: Located<IPAddress>?
    var port: Located<Int>?
    var agentCheck: Located<AgentCheckSource>?
    var checks: [Located<LocalCheckSource>]?
    var capacity: Located<CapacitySource>?
    var hangAfter: Located<Interval>?
    var stopAction: Located<AgentSettings.StopAction>?
    var drainDeadline: Located<Interval>?
    var keyFile: Located<String>?
    var stateDirectory: Located<String>?
    var controlSocket: Located<String>?
    var logLevel: Located<LogLevel>?

    init(_ fields: inout MappingDecoder) {
        directors = fields.required("directors", .list(of: .director, atMost: 16))?.value
        allowedAddresses = fields.required("allowed_addresses", .list(of: Format<Prefix>.prefix, atMost: 256))?.value
        addresses = fields.optional("addresses", .list(of: Format<IPAddress>.address, atMost: 64))?.value
        listen = fields.optional("listen", .address)
        port = fields.optional("port", .port)
        agentCheck = fields.optional("agent_check", .agentCheck)
        checks = fields.optional("checks", .list(of: .localCheck, atMost: 64))?.value
        capacity = fields.optional("capacity", .capacity)
        hangAfter = fields.optional("hang_after", .duration(.zero ... .seconds(60)))
        stopAction = fields.optional("on_stop", .oneOf("stop action"))
        drainDeadline = fields.optional("drain_deadline", .duration(.zero ... .seconds(86_400)))
        keyFile = fields.optional("key_file", .path())
        stateDirectory = fields.optional("state_directory", .path())
        controlSocket = fields.optional("control_socket", .socketPath)
        logLevel = fields.optional("log_level", .oneOf("log level"))
    }

    func check(_ diagnostics: DiagnosticList) {
        unique((directors ?? []).compactMap(\.value.name), "the director", diagnostics)
        unique((directors ?? []).compactMap(\.value.fingerprint), "the fingerprint", diagnostics)
        unique(allowedAddresses ?? [], "the prefix", diagnostics)
        unique(addresses ?? [], "the address", diagnostics)
        for address in (addresses ?? []) + (checks ?? []).compactMap(\.value.address) {
            if let allowedAddresses, !allowedAddresses.contains(where: { $0.value.contains(address.value) }) {
                diagnostics.report("\(address.value) is in none of the allowed_addresses", at: address.span)
            }
        }
        for address in addresses ?? [] {
            if let listen, listen.value == address.value {
                diagnostics.report("the agent does not listen on a virtual address", at: listen.span)
            }
            if let check = agentCheck?.value.address, check.value == address.value {
                diagnostics.report("the agent does not listen on a virtual address", at: check.span)
            }
        }
        for address in addresses ?? [] where !AddressDemand.isClaimable(address.value) {
            diagnostics.report("\(address.value) cannot be a virtual address", at: address.span)
        }
        for address in [listen, agentCheck?.value.address].compactMap(\.self)
        where address.value.ipv6?.isLinkLocal == true {
            diagnostics.report(
                "\(address.value) is a link-local address, which means nothing without an interface",
                at: address.span,
            )
        }
        checkRepetitions(diagnostics)
        for prefix in allowedAddresses ?? [] where prefix.value.length == 0 {
            diagnostics.report("\(prefix.value) would allow every address, the node's own included", at: prefix.span)
        }
    }

    private func checkRepetitions(_ diagnostics: DiagnosticList) {
        var seen: [LocalCheck: SourceSpan] = [:]
        for source in checks ?? [] {
            guard let check = source.value.check else { continue }
            if let first = seen[check] {
                diagnostics.report("this check is given twice, first at line \(first.line)", at: source.span)
            }
            seen[check] = seen[check] ?? source.span
        }
    }

    private func unique<Value: Hashable>(
        _ values: [Located<Value>],
        _ subject: String,
        _ diagnostics: DiagnosticList
    ) {
        var seen: [Value: SourceSpan] = [:]
        for value in values {
            if let first = seen[value.value] {
                diagnostics.report(
                    "\(subject) \(value.value) is given twice, first at line \(first.line)",
                    at: value.span
                )
            } else {
                seen[value.value] = value.span
            }
        }
    }

    /// The configuration, if nothing is missing.
    var configuration: AgentConfiguration? {
        guard let directors, let allowedAddresses else { return nil }
        var settings = AgentSettings(
            directors: directors.compactMap(\.value.settings),
            allowedAddresses: allowedAddresses.map(\.value),
        )
        guard settings.directors.count == directors.count else { return nil }
        if let addresses { settings.pinnedAddresses = addresses.map(\.value) }
        if let listen { settings.listenAddress = listen.value }
        if let port { settings.port = UInt16(port.value) }
        settings.agentCheck = agentCheck?.value.settings
        settings.checks = (checks ?? []).compactMap(\.value.check)
        settings.capacity = capacity?.value.settings
        if let hangAfter { settings.hangAfter = hangAfter.value }
        if let stopAction { settings.stopAction = stopAction.value }
        if let drainDeadline { settings.drainDeadline = drainDeadline.value }
        var result = AgentConfiguration(settings: settings)
        if let keyFile { result.keyFile = keyFile.value }
        if let stateDirectory { result.stateDirectory = stateDirectory.value }
        if let controlSocket { result.controlSocket = controlSocket.value }
        if let logLevel { result.logLevel = logLevel.value }
        return result
    }
}
