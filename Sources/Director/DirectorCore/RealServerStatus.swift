package import Health

/// A real server's part of the status.
package struct RealServerStatus: Hashable, Sendable, Codable {
    /// The operator's name for it.
    package var name: String
    /// Its real address.
    package var address: String
    /// What the operator decided.
    package var operatorOverride: OperatorOverride
    /// Its agent.
    package var agent: AgentStatus
    /// What operators ordered about it.
    package var orders: [OrderStatus] = []
    /// What is wrong between the directors and it.
    package var findings: [String] = []
}
