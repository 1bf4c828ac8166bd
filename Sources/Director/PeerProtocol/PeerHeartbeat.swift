/// A director's sign of life.
package struct PeerHeartbeat: Hashable, Sendable {
    /// Rises with every heartbeat of the link.
    package var sequence: UInt64
    /// The sender's clock in milliseconds since 1970.
    package var clock: UInt64

    /// Makes a heartbeat.
    package init(sequence: UInt64, clock: UInt64) {
        self.sequence = sequence
        self.clock = clock
    }
}
