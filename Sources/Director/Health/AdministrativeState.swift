/// Whether somebody keeps a real server from new connections on purpose, whatever its health is.
package enum AdministrativeState: String, Hashable, Sendable, CaseIterable, Codable {
    /// Nobody does.
    case inService = "in-service"
    /// No new connections, the present ones may end.
    case draining
    /// Out of service until whoever decided it says otherwise.
    case maintenance
}
