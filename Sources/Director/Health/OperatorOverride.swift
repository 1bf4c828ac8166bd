/// What the operator decided about a real server, which nothing else outranks.
package enum OperatorOverride: String, Hashable, Sendable, CaseIterable, Codable {
    /// Nothing.
    case none
    /// No new connections, the present ones may end.
    case drain
    /// Out of service until the operator says otherwise.
    case maintenance
}
