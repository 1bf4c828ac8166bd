package import Primitives

/// What a director wants of one node.
package struct DesiredState: Hashable, Sendable {
    /// Rises with every change within one director's life.
    package let generation: UInt64
    /// The virtual addresses that the node shall hold, sorted.
    package let addresses: [IPAddress]
    /// The services that the node shall serve, sorted.
    package let services: [ServiceIdentity]

    /// Makes a desired state; beyond the limits of a link the caller must not go.
    package init(generation: UInt64, addresses: [IPAddress], services: [ServiceIdentity]) {
        precondition(addresses.count <= Limits.addresses && services.count <= Limits.services)
        self.generation = generation
        self.addresses = addresses.sorted()
        self.services = services.sorted()
    }
}
