internal import DirectorCore
internal import Health
internal import Primitives
internal import VRRP

/// Tells the election which of the services that its routers track fail.
struct ServiceTracking {
    /// How often the services are looked at: a probe's fall takes longer.
    private static let interval: Interval = .milliseconds(100)

    private var reported: [TrackSettings.Failure] = []
    private var due: MonotonicInstant?

    /// When to look again; nothing if no service is tracked.
    func deadline(_ settings: ElectionSettings) -> MonotonicInstant? {
        settings.trackedServices.isEmpty && reported.isEmpty ? nil : due
    }

    /// Whether it is time to look.
    func isDue(_ settings: ElectionSettings, at now: MonotonicInstant) -> Bool {
        guard !settings.trackedServices.isEmpty || !reported.isEmpty else { return false }
        return due.map { $0 <= now } ?? true
    }

    /// What fails now, if that is news.
    mutating func changes(
        in status: ClusterStatus,
        _ settings: ElectionSettings,
        at now: MonotonicInstant,
    ) -> [TrackSettings.Failure]? {
        due = now + Self.interval
        let failures = settings.trackedServices.compactMap { name -> TrackSettings.Failure? in
            status.services.first { $0.name == name }.flatMap { Self.failure(of: $0) }
        }
        return failures == reported ? nil : failures
    }

    /// What of a service is a failure that another director may be without.
    ///
    /// What an operator or an agent takes out of service is none: both directors know of it, and both would leave the
    /// election while connections are still to be drained.
    private static func failure(of service: ServiceStatus) -> TrackSettings.Failure? {
        let servers = service.destinations.filter { $0.role != .sorry }
        let down = servers.first { $0.state == .down }
        let isTakenOut = servers.contains { [.draining, .drained, .maintenance].contains($0.state) }
        let reason: Reason
        switch service.state {
        // What is not known yet is no failure.
        case .up, .unknown: return nil
        case .draining, .drained, .maintenance:
            // Those that are meant to serve fail, if there are any.
            guard let down else { return nil }
            reason = down.reason
        case .down:
            // A quorum that is lost by what was taken out alone is no failure either; a service that the kernel lacks is one.
            guard service.isApplied == false || down != nil || !isTakenOut else { return nil }
            reason = service.reason
        }
        // Who has a connection that is being drained is answered, too.
        let isDraining = service.isApplied != false && servers.contains { $0.state == .draining }
        return TrackSettings.Failure(
            .service(service.name),
            "\(DestinationState.down.rawValue): \(reason.rawValue)",
            isAnswered: service.isAnsweredAnyway || isDraining,
        )
    }

    /// The election has taken it.
    mutating func accepted(_ failures: [TrackSettings.Failure]) {
        reported = failures
    }
}
