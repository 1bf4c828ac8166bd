internal import AgentProtocol
internal import ConfigurationSyntax
internal import Primitives

/// What one value alone cannot show: duplicates, references, families, and what direct routing demands.
extension FileSource {
    func check(_ diagnostics: DiagnosticList) {
        checkDuplicates(diagnostics)
        for router in routers { check(router.value, diagnostics) }
        for server in realServers { check(server.value, diagnostics) }
        for service in services { check(service.value, diagnostics) }
        checkLoadOfAgents(diagnostics)
        checkConnectionSync(diagnostics)
        if let peer { check(peer.value, diagnostics) }
    }

    private func check(_ peer: PeerSource, _ diagnostics: DiagnosticList) {
        if let own = name, let other = peer.name, own.value == other.value {
            diagnostics.report("\"\(other.value)\" is this director's own name", at: other.span)
        }
        guard let address = peer.address else { return }
        if let problem = address.value.unusableWithoutInterface {
            diagnostics.report("\(address.value) is \(problem), not a director's address", at: address.span)
        }
        if let virtual = virtualAddresses.first(where: { $0.value == address.value }) {
            diagnostics.report("\(address.value) is the virtual address of line \(virtual.span.line)", at: address.span)
        }
    }

    private func checkDuplicates(_ diagnostics: DiagnosticList) {
        unique(routers.compactMap(\.value.name), "the virtual router \"", "\"", diagnostics)
        unique(realServers.compactMap(\.value.name), "the real server \"", "\"", diagnostics)
        unique(services.compactMap(\.value.name), "the service \"", "\"", diagnostics)
        unique(virtualAddresses, "the virtual address ", "", diagnostics)
        unique(realServers.compactMap(\.value.address), "the real server's address ", "", diagnostics)
        let fingerprints = realServers.compactMap(\.value.agent?.value.fingerprint)
        unique(fingerprints, "the fingerprint ", "", diagnostics)
        let identities = services.compactMap { service in
            service.value.identity.map { Located($0, at: service.value.address?.span ?? service.span) }
        }
        unique(identities, "the service ", "", diagnostics)

        var seen: [String: SourceSpan] = [:]
        for router in routers {
            guard let vrid = router.value.virtualRouterIdentifier, let first = router.value.addresses?.first,
                let interface = router.value.interface?.value ?? interface?.value
            else { continue }
            let family = first.value.address.family
            if let other = seen["\(vrid.value) \(interface) \(family)"] {
                diagnostics.report(
                    "VRID \(vrid.value) is used twice for \(family.title) on \(interface), first at line \(other.line)",
                    at: vrid.span,
                )
            }
            seen["\(vrid.value) \(interface) \(family)"] = vrid.span
        }
    }

    /// What a director tells one agent is bounded (``Limits``), so a node that has more is refused here.
    private func checkLoadOfAgents(_ diagnostics: DiagnosticList) {
        var servicesOf: [String: Int] = [:]
        var addressesOf: [String: Set<IPAddress>] = [:]
        for service in services {
            for name in Set(service.value.allMembers.compactMap(\.value.name?.value)) {
                servicesOf[name, default: 0] += 1
                if let address = service.value.address { addressesOf[name, default: []].insert(address.value) }
            }
        }
        for server in realServers {
            guard let name = server.value.name, server.value.agent != nil else { continue }
            for (count, limit, what) in [
                (servicesOf[name.value] ?? 0, Limits.services, "services"),
                (addressesOf[name.value]?.count ?? 0, Limits.addresses, "virtual addresses"),
            ] where count > limit {
                diagnostics.report(
                    "\"\(name.value)\" has \(count) \(what); an agent serves at most \(limit)",
                    at: name.span,
                )
            }
        }
    }

    private func checkConnectionSync(_ diagnostics: DiagnosticList) {
        guard let name = connectionSync?.value.virtualRouter else { return }
        let names = routers.compactMap(\.value.name?.value)
        guard names.count == routers.count, !names.contains(name.value) else { return }
        diagnostics.report(
            "there is no virtual router \"\(name.value)\"",
            at: name.span,
            suggestion: EditDistance.nearest(to: name.value, among: names),
        )
    }

    private func unique<Value: Hashable>(
        _ values: [Located<Value>],
        _ before: String,
        _ after: String,
        _ diagnostics: DiagnosticList
    ) {
        var seen: [Value: SourceSpan] = [:]
        for value in values {
            guard let first = seen.updateValue(value.span, forKey: value.value) else { continue }
            seen[value.value] = first
            diagnostics.report(
                "\(before)\(value.value)\(after) is given twice, first at line \(first.line)",
                at: value.span
            )
        }
    }

    var virtualAddresses: [Located<IPAddress>] {
        routers.flatMap { ($0.value.addresses ?? []).map { Located($0.value.address, at: $0.span) } }
    }

    private func check(_ server: RealServerSource, _ diagnostics: DiagnosticList) {
        guard let address = server.address else { return }
        if let problem = address.value.unusableWithoutInterface {
            diagnostics.report("\(address.value) is \(problem), not a real server's address", at: address.span)
        }
        if let virtual = virtualAddresses.first(where: { $0.value == address.value }) {
            diagnostics.report("\(address.value) is the virtual address of line \(virtual.span.line)", at: address.span)
        }
    }

    private func check(_ service: ServiceSource, _ diagnostics: DiagnosticList) {
        if let address = service.address, hasAllAddresses,
            !virtualAddresses.contains(where: { $0.value == address.value })
        {
            diagnostics.report(
                "no virtual router has the address \(address.value)",
                at: address.span,
                suggestion: EditDistance.nearest(
                    to: "\(address.value)",
                    among: virtualAddresses.map { "\($0.value)" },
                ),
            )
        }
        checkPool(of: service, diagnostics)
        checkSource(of: service, diagnostics)
        if let directPath = service.directPath, directPath.value, !service.hasDirectPath {
            diagnostics.report("the direct path can be probed for TCP alone", at: directPath.span)
        }
        checkDatagrams(of: service, diagnostics)
        var seen: [String: SourceSpan] = [:]
        for member in service.allMembers {
            guard let name = member.value.name else { continue }
            if let first = seen[name.value] {
                diagnostics.report(
                    "the service has the real server \"\(name.value)\" already, at line \(first.line)",
                    at: name.span,
                )
            }
            seen[name.value] = seen[name.value] ?? name.span
            check(member.value, of: service, diagnostics)
        }
    }

    /// A real server has the virtual addresses itself, and answers nothing that seems to come from them.
    private func checkSource(of service: ServiceSource, _ diagnostics: DiagnosticList) {
        guard let source = service.check?.value.source else { return }
        if let problem = source.value.unusableWithoutInterface {
            diagnostics.report("\(source.value) is \(problem), not an address to probe from", at: source.span)
        } else if let virtual = virtualAddresses.first(where: { $0.value == source.value }) {
            diagnostics.report("\(source.value) is the virtual address of line \(virtual.span.line)", at: source.span)
        } else if let address = service.address, address.value.family != source.value.family {
            diagnostics.report(
                "\(source.value) is an \(source.value.family.title) address, and the service is "
                    + "\(address.value.family.title)",
                at: source.span,
            )
        }
    }

    /// Nothing else says that a UDP service answers: the agent cannot know it, and its direct path is not probed.
    private func checkDatagrams(of service: ServiceSource, _ diagnostics: DiagnosticList) {
        guard let transport = service.protocol, transport.value.transport == .udp,
            service.check?.value.isBareConnection ?? !service.hasCheck
        else { return }
        diagnostics.report(
            "a bare TCP connection says nothing about a UDP service: it needs a check of another type or with an exchange",
            at: service.check.map { $0.value.kind?.span ?? $0.span } ?? transport.span,
        )
    }

    private func check(_ member: MemberSource, of service: ServiceSource, _ diagnostics: DiagnosticList) {
        guard let name = member.name else { return }
        if let port = member.port, let own = service.port, port.value != own.value {
            diagnostics.report(
                "direct routing keeps the service's port \(own.value); a real server cannot have port \(port.value)",
                at: port.span,
            )
        }
        guard let server = realServers.first(where: { $0.value.name?.value == name.value }) else {
            guard hasAllRealServers else { return }
            diagnostics.report(
                "there is no real server \"\(name.value)\"",
                at: name.span,
                suggestion: EditDistance.nearest(
                    to: name.value,
                    among: realServers.compactMap(\.value.name?.value),
                ),
            )
            return
        }
        if let real = server.value.address, let virtual = service.address, real.value.family != virtual.value.family {
            diagnostics.report(
                "\"\(name.value)\" has the \(real.value.family.title) address \(real.value), and the service is "
                    + "\(virtual.value.family.title)",
                at: name.span,
            )
        }
    }
}
