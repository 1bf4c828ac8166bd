internal import Balancing
internal import ConfigurationSyntax

/// What a service's demands on its real servers mean together.
extension FileSource {
    func checkPool(of service: ServiceSource, _ diagnostics: DiagnosticList) {
        let scheduler = service.scheduler?.value ?? .roundRobin
        if !scheduler.spreadsByWeight {
            func report(_ subject: String, _ span: SourceSpan) {
                diagnostics.report(
                    "the scheduler \(scheduler.rawValue) does not spread connections by weight, so that \(subject) "
                        + "has no effect; wrr and wlc do",
                    at: span,
                )
            }
            if let slowStart = service.pool.slowStart { report("a slow start", slowStart.span) }
            if let follows = service.pool.followsCapacity, follows.value {
                report("the agents' capacity", follows.span)
            }
        }
        if let quorum = service.pool.quorum, let weight = quorum.value.weight {
            let needed = weight.value + (quorum.value.hysteresis?.value ?? 0)
            let members = (service.members ?? []) + service.pool.backups
            let all = members.reduce(0) { $0 + ($1.value.weight?.value ?? 1) }
            if needed > all, service.members != nil {
                diagnostics.report(
                    "the service's real servers have the weight \(all) together and never meet a quorum of \(needed) "
                        + "again",
                    at: quorum.span,
                )
            }
        }
    }
}
