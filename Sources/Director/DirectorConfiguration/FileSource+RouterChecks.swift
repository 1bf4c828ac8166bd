internal import ConfigurationSyntax
internal import Primitives
internal import VRRP

/// What a virtual router's keys mean together.
extension FileSource {
    func check(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        checkPreemption(router, diagnostics)
        checkVersion(router, diagnostics)
        checkAddresses(router, diagnostics)
        checkPeers(router, diagnostics)
        checkTracks(router, diagnostics)
        checkGroup(router, diagnostics)
        checkVirtualMAC(router, diagnostics)
    }

    private func checkTracks(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        var seen: Set<TrackSettings.Subject> = []
        for track in router.tracks ?? [] {
            if router.priority?.value == 255, let weight = track.value.weight {
                diagnostics.report(
                    "priority 255 is the addresses' owner, whose priority stays (RFC 9568 section 5.2.4)",
                    at: weight.span,
                )
            }
            if let subject = track.value.settings?.subject, !seen.insert(subject).inserted {
                diagnostics.report("\(subject) is tracked already", at: track.span)
            }
            guard let service = track.value.service else { continue }
            let names = services.compactMap(\.value.name?.value)
            if !names.contains(service.value), names.count == services.count {
                diagnostics.report(
                    "there is no service \"\(service.value)\"",
                    at: service.span,
                    suggestion: EditDistance.nearest(to: service.value, among: names),
                )
            }
        }
    }

    /// Routers that move together cannot want to be in different places.
    private func checkGroup(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        guard let group = router.syncGroup else { return }
        let first = routers.first { $0.value.syncGroup?.value == group.value }?.value
        guard let first else { return }
        if (first.priority?.value ?? 100) != (router.priority?.value ?? 100) {
            diagnostics.report(
                "the routers of the group \"\(group.value)\" move together and have one priority",
                at: router.priority?.span ?? group.span,
            )
        }
        if (first.preemptMode?.value ?? true) != (router.preemptMode?.value ?? true) {
            diagnostics.report(
                "the routers of the group \"\(group.value)\" move together, and all preempt or none",
                at: router.preemptMode?.span ?? group.span,
            )
        }
    }

    private func checkPreemption(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        if router.priority?.value == 255, let preempt = router.preemptMode, !preempt.value {
            diagnostics.report(
                "priority 255 is the addresses' owner, which always preempts (RFC 9568 section 6.1)",
                at: preempt.span,
            )
        }
        guard let delay = router.preemptDelay, delay.value > .zero else { return }
        if router.priority?.value == 255 {
            diagnostics.report(
                "priority 255 is the addresses' owner, which preempts at once (RFC 9568 section 6.1)",
                at: delay.span,
            )
        } else if router.preemptMode?.value == false {
            diagnostics.report("a router with \"preempt: false\" preempts nobody, after no delay", at: delay.span)
        }
    }

    private func checkVersion(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        let version = router.version?.value ?? .version3
        if let accept = router.acceptMode, !accept.value {
            diagnostics.report(
                "a director receives the clients' packets to the virtual addresses; without Accept_Mode "
                    + "(RFC 9568 section 6.1) it would have to drop them",
                at: accept.span,
            )
        }
        let family = router.addresses?.first?.value.address.family
        if version == .version2, let span = router.version?.span, family == .ipv6 {
            diagnostics.report("VRRP version 2 has no IPv6 (RFC 3768 section 1)", at: span)
        }
        if version == .version3, let authentication = router.authentication {
            diagnostics.report(
                "VRRP version 3 has no authentication (RFC 9568 section 9); a password needs \"version: 2\"",
                at: authentication.span,
            )
        }
        guard let checksum = router.checksum else { return }
        if version == .version2 {
            diagnostics.report(
                "the checksum of VRRP version 2 has one form (RFC 3768 section 5.3.8)",
                at: checksum.span,
            )
        } else if family == .ipv6 {
            diagnostics.report("the checksum over IPv6 has one form (RFC 9568 section 5.2.8)", at: checksum.span)
        }
    }

    private func checkAddresses(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        guard let addresses = router.addresses, let first = addresses.first else { return }
        let family = first.value.address.family
        if let address = first.value.address.ipv6, !address.isLinkLocal {
            diagnostics.report(
                "the first IPv6 address of a virtual router is link-local (RFC 9568 section 5.2.9)",
                at: first.span,
            )
        }
        for address in addresses {
            if address.value.address.family != family {
                diagnostics.report(
                    "a virtual router has addresses of one family, and the first is \(family.title)",
                    at: address.span,
                )
            } else if let problem = address.value.address.unusable {
                diagnostics.report("\(address.value.address) is \(problem), not a virtual address", at: address.span)
            } else if let problem = address.value.unusable {
                diagnostics.report("\(address.value.address) is \(problem) of \(address.value)", at: address.span)
            }
        }
    }

    private func checkVirtualMAC(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        guard let virtualMAC = router.virtualMAC, virtualMAC.value else { return }
        if router.priority?.value == 255 {
            diagnostics.report(
                "priority 255 is the addresses' owner, whose real addresses stay at the interface's own MAC",
                at: virtualMAC.span,
            )
        } else if router.unicastPeers != nil {
            diagnostics.report(
                "switches learn the port of the virtual MAC by the group's advertisements (RFC 9568 section 7.2); "
                    + "with \"unicast_peers\" they do not hear them",
                at: virtualMAC.span,
            )
        }
    }

    private func checkPeers(_ router: VirtualRouterSource, _ diagnostics: DiagnosticList) {
        guard let peers = router.unicastPeers else {
            if let limit = router.minimumTimeToLive {
                diagnostics.report(
                    "advertisements to the group always have TTL 255 (RFC 9568 section 5.1.1.3); "
                        + "\"minimum_ttl\" belongs to \"unicast_peers\"",
                    at: limit.span,
                )
            }
            return
        }
        let family = router.addresses?.first?.value.address.family
        var seen: [IPAddress: SourceSpan] = [:]
        for peer in peers {
            let address = peer.value
            if let first = seen.updateValue(peer.span, forKey: address) {
                diagnostics.report("the peer \(address) is given twice, first at line \(first.line)", at: peer.span)
            } else if let family, address.family != family {
                diagnostics.report(
                    "the router's addresses are \(family.title), and the peer \(address) is \(address.family.title)",
                    at: peer.span,
                )
            } else if let problem = address.unusable {
                diagnostics.report("\(address) is \(problem), not a peer's address", at: peer.span)
            } else if let own = virtualAddresses.first(where: { $0.value == address }) {
                diagnostics.report("\(address) is the virtual address of line \(own.span.line)", at: peer.span)
            } else if let address = address.ipv6, !address.isLinkLocal {
                diagnostics.report(
                    "advertisements over IPv6 leave from the link-local address, and reach a peer by its own",
                    at: peer.span,
                )
            }
        }
    }
}
