import Balancing
import Health
import Primitives

/// What the kernel has.
extension ClusterCore {
    /// How many repairs are logged one by one within ``repairWindow``: somebody who undoes them at once must not fill
    /// the log.
    private static var loggedRepairs: Int { 20 }
    private static var repairWindow: Interval { .seconds(10) }

    mutating func take(_ report: DataplaneReport, at now: MonotonicInstant) {
        let before = dataplane
        dataplane = report
        isUninformed = true
        if report.lookFailure == nil {
            if found == nil { find(report.services, at: now) }
            observed = report.servicesAfterwards
            observedAt = report.at
        }
        logRepairs(in: report, at: now)
        logConnectionSync(report.connectionSync, before: before?.connectionSync)
        logFindings(in: report, before: before)
        let troubleBefore = before.flatMap { Self.trouble($0) }
        let trouble = Self.trouble(report)
        guard trouble != troubleBefore else { return }
        logs.append(
            StatusChange(
                .dataplane,
                from: troubleBefore == nil ? "converging" : "refused",
                to: trouble == nil ? "converging" : "refused",
                trouble == nil ? .dataplaneConverged : .dataplaneDiverged,
                evidence: trouble ?? "",
                level: trouble == nil ? .notice : .error,
            )
        )
    }

    /// Takes in what the kernel had before this director's start.
    private mutating func find(_ services: [ObservedService], at now: MonotonicInstant) {
        found = services.reduce(into: [:]) { found, service in
            for destination in service.destinations {
                found[service.service.identity, default: [:]][destination.endpoint] = destination.weight
            }
        }
        // What goes on serving is probed on.
        (isUndecided, isDemandOutdated) = (true, true)
        if let settings { noteFound(services, settings, at: now) }
    }

    /// Whether the kernel's daemons know the connections that are in use, or there are no services to have any.
    package var isSynchronized: Bool {
        settings?.services.isEmpty ?? true || dataplane?.connectionSync?.isCaughtUp == true
    }

    /// Whether a destination had weight 0 before this director's start, as far as that is known yet.
    func mayHaveBeenOut(_ endpoint: Endpoint, _ service: ServiceIdentity) -> Bool {
        guard let found else { return true }
        return found[service]?[endpoint] == 0
    }

    private mutating func logRepairs(in report: DataplaneReport, at now: MonotonicInstant) {
        let repairs =
            report.applied.filter(\.reason.isDrift).map { "\($0.reason.rawValue): \($0.operation)" }
            + report.syncRepairs.map { "\($0.reason.rawValue): \($0.operation)" }
        guard !repairs.isEmpty else { return }
        if now - repairsLogged.since >= Self.repairWindow { repairsLogged = (now, 0) }
        let room = max(0, Self.loggedRepairs - repairsLogged.count)
        repairs.prefix(room).forEach { logRepair($0) }
        if room > 0, repairs.count > room {
            let seconds = Self.repairWindow.milliseconds / 1000
            logRepair("more repairs than \(Self.loggedRepairs) in \(seconds) s; the status counts them")
        }
        repairsLogged.count += repairs.count
    }

    /// Another role of the daemons, and when the backup knows all.
    private mutating func logConnectionSync(_ status: ConnectionSyncStatus?, before: ConnectionSyncStatus?) {
        guard let status, status.role != before?.role || status.isCaughtUp != before?.isCaughtUp else { return }
        logs.append(
            StatusChange(
                .dataplane,
                from: "connection sync \(before?.role.rawValue ?? "unknown")",
                to: "\(status.role.rawValue)\(status.isCaughtUp ? ", caught up" : "")",
                .connectionSync,
                evidence: status.reason,
                level: .info,
            )
        )
    }

    private mutating func logRepair(_ evidence: String) {
        logs.append(
            StatusChange(
                .dataplane,
                from: "changed by somebody else",
                to: "repaired",
                .dataplaneDrift,
                evidence: evidence,
                level: .warning,
            )
        )
    }

    /// Kernel parameters that were repaired, and those that are wrong and stay so; a refusal is logged as trouble.
    private mutating func logFindings(in report: DataplaneReport, before: DataplaneReport?) {
        for finding in report.findings {
            let known = before?.findings.first { $0.name == finding.name }
            switch finding.outcome {
            case .repaired: break
            case .reported, .planned, .absent: if known?.outcome == finding.outcome { continue }
            case .refused: continue
            }
            logs.append(
                StatusChange(
                    .dataplane,
                    from: "\(finding.name) \(finding.found)",
                    to: finding.outcome.rawValue,
                    finding.outcome == .repaired ? .dataplaneDrift : .dataplaneDiverged,
                    evidence: "should be \(finding.expected)",
                    level: .warning,
                )
            )
        }
    }

    /// The first thing that the kernel refused at a look, if anything.
    private static func trouble(_ report: DataplaneReport) -> String? {
        report.lookFailure ?? report.failures.first.map { "\($0.operation.operation): \($0.explanation)" }
            ?? report.connectionSync?.failures.first
            ?? report.findings.first { $0.outcome == .refused }.map { "\($0.name) is \($0.found), not \($0.expected)" }
    }

    /// What the kernel has of a destination.
    func applied(_ service: ServiceIdentity, _ endpoint: Endpoint) -> ObservedDestination? {
        observed.first { $0.service.identity == service }?.destinations.first { $0.endpoint == endpoint }
    }

    /// Whether the kernel was seen, since a time, to send no new connection to an address in any service of ours.
    func isQuiet(_ address: IPAddress, since: MonotonicInstant) -> Bool {
        guard let observedAt, observedAt >= since else { return false }
        return observed.allSatisfy { service in
            !ownedAddresses.contains(service.service.identity.endpoint.address)
                || service.destinations.allSatisfy { $0.endpoint.address != address || $0.weight == 0 }
        }
    }
}
