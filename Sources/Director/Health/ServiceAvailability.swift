/// Whether a service as a whole is there for its clients, which also decides what its directors' election makes of it.
package struct ServiceAvailability: Hashable, Sendable, Codable {
    /// How it is served.
    package enum State: String, Hashable, Sendable, CaseIterable, Codable {
        /// Too little is known since the start.
        case unknown
        /// Its quorum is met.
        case available
        /// So few servers pass their checks that those that fail them are used too.
        case failingOpen = "failing-open"
        /// Its quorum is lost, and its sorry servers answer.
        case sorry
        /// Its quorum is lost, and what is left serves.
        case unavailable
    }

    /// The service's name.
    package var service: String
    /// How it is served.
    package var state: State
    /// Why.
    package var reason: Reason
    /// Whether its quorum is met; nothing while too little is known.
    package var isQuorumMet: Bool?
    /// Whether its backup servers are in use.
    package var usesBackups: Bool
    /// The weight of the servers that serve and pass their checks, as configured.
    package var servingWeight: UInt32
    /// The weight of the primary servers that nobody has taken out of service, as configured.
    package var totalWeight: UInt32

    /// Makes the availability of a service of which nothing is known yet.
    package init(service: String) {
        self.service = service
        (state, reason, usesBackups, servingWeight, totalWeight) = (.unknown, .awaitingResults, false, 0, 0)
    }
}
