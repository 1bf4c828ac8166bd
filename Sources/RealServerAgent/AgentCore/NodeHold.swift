/// How the operator of the node holds it back from new connections; it survives the agent.
package enum NodeHold: String, Hashable, Sendable, CaseIterable, Codable {
    /// Not at all.
    case none
    /// No new connections, the present ones may end.
    case drain
    /// Out of service until the operator says otherwise.
    case maintenance
}
