import Primitives
import VRRP

extension ElectionCore {
    /// Publishes what changed at once, and counters alone once in a while.
    mutating func publish(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        guard !hasStopped else { return }
        let report = report(at: now)
        if let published {
            let isStale = now >= published.at + Self.counterInterval
            guard report != published.report,
                isStale || report.withoutCounters != published.report.withoutCounters
            else { return }
        }
        published = (report, now)
        effects.append(.publish(report))
    }

    /// How one router stands.
    func status(of slot: Slot, at now: MonotonicInstant) -> ElectionReport.Router {
        let held = heldAddresses(of: slot)
        return ElectionReport.Router(
            name: slot.settings.name,
            virtualRouterIdentifier: slot.settings.virtualRouterIdentifier,
            interface: slot.settings.interface,
            priority: slot.settings.priority,
            state: slot.router.state.name,
            since: slot.router.since,
            reason: slot.router.reason,
            activeRouter: slot.router.activeRouter?.address,
            activePriority: slot.router.activeRouter?.priority,
            addresses: slot.settings.addresses.map {
                ElectionReport.Address(prefix: $0, isHeld: held.contains($0.address))
            },
            findings: findings(of: slot, at: now),
            statistics: slot.router.statistics,
            handover: slot.router.handover,
            isAnnounced: slot.hasAnnounced && slot.announced.count == slot.settings.addresses.count,
            virtualMAC: slot.settings.virtualMAC
        )
    }

    private func findings(of slot: Slot, at now: MonotonicInstant) -> [ElectionReport.Finding] {
        var findings: [ElectionReport.Finding] = []
        if let fault = slot.fault { findings.append(.interfaceUnusable(fault)) }
        for failed in slot.failedTracks { findings.append(.trackFailed(failed.track, evidence: failed.evidence)) }
        if let dropped = slot.filter.dropped {
            findings.append(.filteredAdvertisements(from: dropped.source, since: dropped.since))
        }
        if let conflict = slot.conflict, now < conflict.lastSeen + Self.conflictMemory {
            findings.append(.addressConflict(conflict))
        }
        if let episode = slot.splitBrain, now < episode.lastSeen + Self.conflictMemory {
            findings.append(.splitBrain(episode))
        }
        if let finding = slot.authenticity.finding, now < finding.lastSeen + Self.conflictMemory {
            findings.append(.unverifiedAdvertisement(finding))
        }
        if let source = slot.listMismatch { findings.append(.addressListMismatch(from: source)) }
        if let (source, interval) = slot.intervalMismatch { findings.append(.intervalMismatch(from: source, interval)) }
        for failure in found?.failures ?? [] {
            // An address at a virtual MAC is refused on an interface of another name.
            let isAtOurs = slot.settings.virtualMAC.map { $0 == failure.entry.virtualMAC } ?? false
            let isOurs =
                (failure.entry.interface == slot.settings.interface || isAtOurs)
                && slot.settings.addresses.contains { $0.address == failure.entry.prefix.address }
            if isOurs { findings.append(.addressFailure(failure)) }
        }
        if slot.keepsFound { findings.append(.keepingFoundAddress) }
        return findings
    }
}

extension ElectionReport {
    /// The report with everything that only counts left out.
    fileprivate var withoutCounters: ElectionReport {
        var report = self
        report.rejections = RejectionCounts()
        report.addressRepairs = 0
        for index in report.routers.indices {
            report.routers[index].statistics = VirtualRouter.Statistics()
            report.routers[index].findings = report.routers[index].findings.map { finding in
                switch finding {
                case .addressConflict(var conflict):
                    conflict.lastSeen = conflict.firstSeen
                    conflict.count = 1
                    return .addressConflict(conflict)
                case .splitBrain(var episode):
                    episode.lastSeen = episode.firstSeen
                    episode.count = 1
                    return .splitBrain(episode)
                case .unverifiedAdvertisement(let unverified):
                    return .unverifiedAdvertisement(unverified.withoutCounts)
                default: return finding
                }
            }
        }
        return report
    }
}
