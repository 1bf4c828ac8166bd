package import Health

/// A service's part of the status.
package struct ServiceStatus: Hashable, Sendable, Codable {
    /// The operator's name for it.
    package var name: String
    /// `tcp` or `udp`.
    package var `protocol`: String
    /// The virtual address and port.
    package var endpoint: String
    /// The kernel's scheduler.
    package var scheduler: String
    /// The persistence timeout in seconds, 0 for none.
    package var persistenceTimeout: Int
    /// Whether the kernel has the service; nothing before the first look.
    package var isApplied: Bool?
    /// Its real servers in the file's order, then those that are being removed.
    package var destinations: [DestinationStatus]
    /// The best that one of its real servers is; down too while the kernel has no such service.
    package var state = DestinationState.unknown
    /// Why.
    package var reason = Reason.awaitingResults
    /// How many of its real servers are up.
    package var evidence = ""
    /// How long, in milliseconds.
    package var age: Int64 = 0
    /// Whether its quorum is met, and who serves; nothing before the first decision.
    package var availability: ServiceAvailability?
}

extension ServiceStatus {
    /// Whether clients are answered though the service is not up: by sorry servers, because it fails open or may take no
    /// more out, or by real servers that go when others serve.
    package var isAnsweredAnyway: Bool {
        let answering = destinations.filter { ($0.weightWanted ?? $0.weightApplied ?? 0) > 0 }
        guard isApplied != false, !answering.isEmpty else { return false }
        switch availability?.state {
        case .failingOpen?, .sorry?: return true
        case .available?, .unavailable?: return answering.contains { [.removed, .ejectionLimit].contains($0.reason) }
        case .unknown?, nil: return false
        }
    }

    /// The service with the state that follows from its real servers', in the order of what serves best.
    func summarized(configurationAge: Int64) -> ServiceStatus {
        var summary = self
        // A sorry server that could answer is no reason to call the service up.
        let destinations = destinations.filter { $0.role != .sorry }
        let up = destinations.count { $0.state == .up }
        summary.evidence = "\(up) of \(destinations.count) real server(s) up"
        let order: [DestinationState] = [.up, .unknown, .draining, .drained, .maintenance, .down]
        let best = order.first { state in destinations.contains { $0.state == state } } ?? .down
        let deciding = destinations.filter { $0.state == best }
        // Up since the first of them came up; out of service since the last of them changed.
        let decider =
            best == .up ? deciding.max { $0.age < $1.age } : deciding.min { $0.age < $1.age }
        summary.state = best
        summary.reason = decider?.reason ?? .notConfigured
        summary.age = decider?.age ?? configurationAge
        switch availability?.state {
        case .failingOpen?, .sorry?, .unavailable?:
            if summary.state == .up { summary.state = .down }
            if let availability, summary.state == .down { summary.reason = availability.reason }
        case .available?, .unknown?, nil:
            break
        }
        if isApplied == false {
            summary.state = .down
            summary.reason = .dataplaneDiverged
        }
        return summary
    }
}
