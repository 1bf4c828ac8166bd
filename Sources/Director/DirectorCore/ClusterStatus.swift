/// The whole director as an operator sees it; every age is in milliseconds before the moment of asking.
package struct ClusterStatus: Hashable, Sendable, Codable {
    /// The director's name.
    package var director: String
    /// The program's version.
    package var version: String
    /// Which settings are in force: 1 for those of the start, one more for every reload.
    package var configurationGeneration: UInt64
    /// When they came into force.
    package var configurationAge: Int64
    /// Whether the director is stopping.
    package var isStopping: Bool
    /// The virtual routers; empty before the election told of them.
    package var routers: [RouterStatus]
    /// What the election has counted beside them.
    package var election = ElectionStatus()
    /// The services in the file's order.
    package var services: [ServiceStatus]
    /// The real servers in the file's order.
    package var realServers: [RealServerStatus]
    /// Orders about real servers or services that only the other director knows, or that are no more.
    package var strayOrders: [StrayOrder] = []
    /// The probes in the order of the configuration.
    package var probes: [ProbeStatus]
    /// Who this director hears claim virtual addresses that are not theirs.
    package var addressFindings: [AddressFindingStatus] = []
    /// The kernel's table; nothing before the first look.
    package var dataplane: DataplaneStatus?
    /// The other director; nothing without one.
    package var peer: PeerStatus?
    /// What the director's own threads were refused, and messages that they lost.
    package var troubles: [String] = []
}
