/// What a real server is in a service.
package enum DestinationState: String, Hashable, Sendable, CaseIterable, Codable {
    case up
    case down
    case draining
    case drained
    case maintenance
    case unknown
}
