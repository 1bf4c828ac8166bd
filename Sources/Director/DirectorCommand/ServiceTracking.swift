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
            guard let service = status.services.first(where: { $0.name == name }) else { return nil }
            switch service.state {
            // What is not known yet is no failure.
            case .up, .unknown: return nil
            case .draining, .drained, .maintenance, .down:
                return TrackSettings.Failure(
                    .service(name),
                    "\(service.state.rawValue): \(service.reason.rawValue)",
                    isAnswered: service.isAnsweredAnyway,
                )
            }
        }
        return failures == reported ? nil : failures
    }

    /// The election has taken it.
    mutating func accepted(_ failures: [TrackSettings.Failure]) {
        reported = failures
    }
}
