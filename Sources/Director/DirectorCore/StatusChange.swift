package import Health

/// A change that an operator reads about in the log.
package struct StatusChange: Hashable, Sendable {
    /// What changed.
    package enum Subject: Hashable, Sendable {
        /// A real server in a service.
        case destination(service: String, realServer: String)
        /// The link to a real server's agent.
        case agent(realServer: String)
        /// A service as a whole.
        case service(String)
        /// Whether one director alone fails to reach a real server.
        case reachability(director: String, realServer: String)
        /// Who claims a virtual address.
        case address(String)
        /// The kernel's table.
        case dataplane
        /// The settings.
        case configuration
        /// The other director.
        case peer(String)
        /// The handover of virtual routers between the directors.
        case handover([String])
    }

    /// How much it matters, in the levels of swift-log.
    package enum Level: String, Hashable, Sendable, CaseIterable, Codable {
        case info
        case notice
        case warning
        case error
    }

    /// What changed.
    package var subject: Subject
    /// The state before.
    package var from: String
    /// The state now.
    package var to: String
    /// Why.
    package var reason: Reason
    /// What was seen.
    package var evidence: String
    /// How much it matters.
    package var level: Level

    /// Makes an entry.
    package init(
        _ subject: Subject,
        from: String,
        to: String,
        _ reason: Reason,
        evidence: String = "",
        level: Level = .notice,
    ) {
        self.subject = subject
        self.from = from
        self.to = to
        self.reason = reason
        self.evidence = evidence
        self.level = level
    }
}

extension StatusChange.Subject: CustomStringConvertible {
    package var description: String {
        switch self {
        case .destination(let service, let realServer): "\(service)/\(realServer)"
        case .agent(let realServer): "agent/\(realServer)"
        case .service(let service): "service/\(service)"
        case .reachability(let director, let realServer): "reachability/\(director)/\(realServer)"
        case .address(let address): "address/\(address)"
        case .dataplane: "dataplane"
        case .configuration: "configuration"
        case .peer(let name): "peer/\(name)"
        case .handover(let routers): "handover/\(routers.joined(separator: ","))"
        }
    }
}
