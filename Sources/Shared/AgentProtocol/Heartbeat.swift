/// The agent's sign of life, which also says that nothing changed since its last report; the director sends it back.
package struct Heartbeat: Hashable, Sendable {
    /// Rises with every report and heartbeat of the link.
    package var sequence: UInt64

    /// Makes a heartbeat.
    package init(sequence: UInt64) {
        self.sequence = sequence
    }
}
