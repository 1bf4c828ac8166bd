/// Everything that changes about a director and that the other one has to know, as a whole picture.
package struct PeerState: Hashable, Sendable {
    /// What the kernel's connection synchronization does.
    package enum ConnectionSync: UInt8, Hashable, Sendable, CaseIterable {
        case off = 0
        case master = 1
        case backup = 2
        case both = 3
    }

    /// The configuration in force.
    package var configuration: ConfigurationSummary
    /// The virtual routers in the file's order.
    package let routers: [PeerRouter]
    /// Whether the sender could serve.
    package var readiness: PeerReadiness
    /// The sender's connection synchronization.
    package var connectionSync: ConnectionSync
    /// Whether the sender is about to end.
    package var isStopping: Bool

    /// Makes a state.
    package init(
        configuration: ConfigurationSummary,
        routers: [PeerRouter],
        readiness: PeerReadiness,
        connectionSync: ConnectionSync = .off,
        isStopping: Bool = false,
    ) {
        precondition(routers.count <= PeerLimits.routers)
        self.configuration = configuration
        self.routers = routers
        self.readiness = readiness
        self.connectionSync = connectionSync
        self.isStopping = isStopping
    }

    /// The router of a name.
    package func router(_ name: String) -> PeerRouter? { routers.first { $0.name == name } }
}
