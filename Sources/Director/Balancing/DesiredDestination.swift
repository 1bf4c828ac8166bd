package import Primitives

/// A destination that a service should have, by direct routing.
package struct DesiredDestination: Hashable, Sendable {
    /// The real server's address and port.
    package var endpoint: Endpoint
    /// Its weight.
    package var weight: DesiredWeight

    /// Makes a destination.
    package init(endpoint: Endpoint, weight: DesiredWeight) {
        self.endpoint = endpoint
        self.weight = weight
    }
}
