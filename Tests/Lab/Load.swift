/// What became of the requests that a client sent during an incident.
struct Load: Sendable {
    var requests: [Request]

    /// The requests that nobody answered.
    var lost: [Request] { requests.filter { $0.cause != nil } }

    /// The web nodes that answered, in order.
    var servers: [String] { requests.compactMap(\.server) }
}
