internal import DirectorCore
internal import Logging
internal import Primitives
internal import VRRP

/// Writes the log of the election: the election thread itself never logs, it publishes pictures, and their differences
/// are written here.
struct ElectionLog {
    /// How long after its end a finding that anybody on the link can bring about is not written again.
    private static let memory: Interval = .seconds(60)
    /// How many of them are written of a router in that time.
    private static let limit = 16

    var logger: Logger
    private var last: ElectionReport?
    /// What was written of the senders on the link, and when it was last known to stand.
    private var written: [(router: String, finding: ElectionReport.Finding, at: MonotonicInstant)] = []

    init(logger: Logger) {
        self.logger = logger
    }

    /// Compares a report with the one before and writes what changed.
    mutating func record(_ report: ElectionReport, at now: MonotonicInstant) {
        defer { last = report }
        forget(at: now)
        for router in report.routers {
            let before = last?.routers.first { $0.name == router.name }
            recordState(of: router, before: before)
            recordAddresses(of: router, before: before)
            recordHealing(of: router, before: before)
            for finding in router.findings {
                // Before the first look, and before its sockets are proved, there is nothing to be right or wrong.
                if case .interfaceUnusable(.unknown) = finding { continue }
                if case .interfaceUnusable(.unproved) = finding { continue }
                let isNews =
                    finding.isSendersDoing
                    ? take(finding, of: router.name, at: now)
                    : !(before?.findings.contains { $0.isSameKind(as: finding) } ?? false)
                guard isNews else { continue }
                logger.warning("a virtual router found something wrong", metadata: metadata(router, "\(finding)"))
            }
        }
        if report.addressRepairs > (last?.addressRepairs ?? 0) {
            logger.warning(
                "virtual addresses that somebody removed were put back",
                metadata: ["vrrp.repairs": "\(report.addressRepairs - (last?.addressRepairs ?? 0))"],
            )
        }
        if let problem = report.refusedSettings, last?.refusedSettings != problem {
            logger.error("the election refused the new settings", metadata: ["vrrp.problem": "\(problem)"])
        }
    }

    /// Forgets what senders on the link brought about once that has been over for a while.
    private mutating func forget(at now: MonotonicInstant) {
        for index in written.indices {
            let (name, finding) = (written[index].router, written[index].finding)
            let router = last?.routers.first { $0.name == name }
            if router?.findings.contains(where: { $0.isSameKind(as: finding) }) ?? false { written[index].at = now }
        }
        written.removeAll { now >= $0.at + Self.memory }
    }

    /// Whether what a sender on the link brought about is to be written: many senders, or two that take turns, fill no log.
    private mutating func take(_ finding: ElectionReport.Finding, of router: String, at now: MonotonicInstant) -> Bool {
        let known = written.filter { $0.router == router }
        guard known.count < Self.limit, !known.contains(where: { $0.finding.isSameKind(as: finding) }) else {
            return false
        }
        written.append((router, finding, now))
        return true
    }

    private func recordState(of router: ElectionReport.Router, before: ElectionReport.Router?) {
        guard before?.state != router.state || before?.since != router.since else { return }
        var fields = metadata(router, before.map { "was \($0.state)" } ?? "")
        fields["vrrp.active"] = router.activeRouter.map { "\($0)" }
        logger.notice("a virtual router changed its state", metadata: fields)
    }

    private func recordAddresses(of router: ElectionReport.Router, before: ElectionReport.Router?) {
        for address in router.addresses {
            let wasHeld = before?.addresses.first { $0.prefix == address.prefix }?.isHeld ?? false
            guard wasHeld != address.isHeld else { continue }
            var fields = metadata(router, "")
            fields["vrrp.address"] = "\(address.prefix)"
            fields["vrrp.held"] = "\(address.isHeld)"
            logger.notice("a virtual address came or went", metadata: fields)
        }
    }

    /// Says for how long there were two owners once that has been over for a while.
    private func recordHealing(of router: ElectionReport.Router, before: ElectionReport.Router?) {
        guard let episode = before?.splitBrain, router.splitBrain?.firstSeen != episode.firstSeen else { return }
        var fields = metadata(router, episode.evidence.map(\.description).joined(separator: ", "))
        fields["vrrp.duration"] = "\(episode.duration)"
        fields["vrrp.count"] = "\(episode.count)"
        logger.notice("a virtual router has one owner again", metadata: fields)
    }

    private func metadata(_ router: ElectionReport.Router, _ evidence: String) -> Logger.Metadata {
        var fields: Logger.Metadata = [
            "vrrp.router": "\(router.name)",
            "vrrp.vrid": "\(router.virtualRouterIdentifier)",
            "vrrp.state": "\(router.state)",
            "vrrp.reason": "\(router.reason.rawValue)",
        ]
        if !evidence.isEmpty { fields["vrrp.evidence"] = "\(evidence)" }
        return fields
    }
}

extension ElectionReport.Router {
    /// The last time that it had two owners.
    fileprivate var splitBrain: ElectionReport.SplitBrain? {
        for finding in findings {
            if case .splitBrain(let episode) = finding { return episode }
        }
        return nil
    }
}

extension ElectionReport.Finding {
    /// Whether it is about who sends what on the link, which anybody there decides.
    fileprivate var isSendersDoing: Bool {
        switch self {
        case .filteredAdvertisements, .addressConflict, .unverifiedAdvertisement, .addressListMismatch,
            .intervalMismatch:
            true
        default: false
        }
    }

    /// Whether two findings differ in counts and times alone, which is no news.
    fileprivate func isSameKind(as other: ElectionReport.Finding) -> Bool {
        switch (self, other) {
        case (.interfaceUnusable(let left), .interfaceUnusable(let right)): left == right
        case (.filteredAdvertisements(let left, _), .filteredAdvertisements(let right, _)): left == right
        case (.addressConflict(let left), .addressConflict(let right)):
            left.address == right.address && left.mac == right.mac
        case (.splitBrain(let left), .splitBrain(let right)):
            left.firstSeen == right.firstSeen && left.evidence == right.evidence
        case (.addressListMismatch(let left), .addressListMismatch(let right)): left == right
        case (.intervalMismatch(let left, _), .intervalMismatch(let right, _)): left == right
        case (.addressFailure(let left), .addressFailure(let right)): left == right
        case (.trackFailed(let left, _), .trackFailed(let right, _)): left == right
        case (.unverifiedAdvertisement(let left), .unverifiedAdvertisement(let right)):
            left.isSameSender(as: right)
        case (.keepingFoundAddress, .keepingFoundAddress): true
        default: false
        }
    }
}
