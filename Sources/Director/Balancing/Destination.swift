package import Primitives

/// A destination to be programmed, by direct routing and without thresholds.
package struct Destination: Hashable, Sendable {
    /// The real server's address and port.
    package var endpoint: Endpoint
    /// Its weight.
    package var weight: UInt32

    /// Makes a destination.
    package init(endpoint: Endpoint, weight: UInt32) {
        self.endpoint = endpoint
        self.weight = weight
    }
}
