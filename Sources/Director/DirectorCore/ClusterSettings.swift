package import Primitives

/// What the director's health and balancing core works by: real servers and services.
package struct ClusterSettings: Hashable, Sendable {
    /// This director's name.
    package var directorName: String
    /// The interface of the LAN that the real servers are on.
    package var interface: String
    /// The real servers in the file's order, names and addresses unique.
    package var realServers: [RealServerSettings] {
        didSet { positions = Self.positions(of: realServers) }
    }
    // Every decision looks up every member of every service.
    private var positions: [String: Int]
    /// The services in the file's order, names and identities unique.
    package var services: [ServiceSettings]
    /// The heartbeat interval asked of the agents; three missed make an agent stale.
    package var heartbeatInterval: Interval = .milliseconds(200)

    /// Whether there is another director that the operators' orders are shared with.
    package var sharesOrders = false

    /// Makes the settings of a cluster.
    package init(
        directorName: String,
        interface: String,
        realServers: [RealServerSettings],
        services: [ServiceSettings],
    ) {
        self.directorName = directorName
        self.interface = interface
        self.realServers = realServers
        self.services = services
        positions = Self.positions(of: realServers)
    }

    /// The real server of a name.
    package func realServer(named name: String) -> RealServerSettings? {
        positions[name].map { realServers[$0] }
    }

    private static func positions(of servers: [RealServerSettings]) -> [String: Int] {
        Dictionary(servers.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }
}
