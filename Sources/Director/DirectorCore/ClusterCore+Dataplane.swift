import Balancing
import Health
import Primitives

/// What the kernel has.
extension ClusterCore {
    /// How many repairs of one look are logged one by one.
    private static var loggedRepairs: Int { 20 }

    mutating func take(_ report: DataplaneReport, at now: MonotonicInstant) {
        let before = dataplane
        dataplane = report
        isUninformed = true
        if report.lookFailure == nil {
            observed = report.servicesAfterwards
            observedAt = report.at
        }
        for planned in report.applied.filter({ $0.reason.isDrift }).prefix(Self.loggedRepairs) {
            logs.append(
                StatusChange(
                    .dataplane,
                    from: "changed by somebody else",
                    to: "repaired",
                    .dataplaneDrift,
                    evidence: "\(planned.reason.rawValue): \(planned.operation)",
                    level: .warning,
                )
            )
        }
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

    /// The first thing that the kernel refused at a look, if anything.
    private static func trouble(_ report: DataplaneReport) -> String? {
        report.lookFailure ?? report.failures.first.map { "\($0.operation.operation): \($0.explanation)" }
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
