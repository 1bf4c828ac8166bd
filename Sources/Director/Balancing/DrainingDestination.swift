package import Primitives

/// A destination that is not wanted any more and still has connections.
package struct DrainingDestination: Hashable, Sendable {
    /// Its service.
    package var service: ServiceIdentity
    /// The real server's address and port.
    package var endpoint: Endpoint
    /// The connections that it has left, templates of a persistent service included.
    package var connections: UInt64
    /// When it is removed at the latest.
    package var deadline: MonotonicInstant
}
