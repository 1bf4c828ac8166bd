/// All the facts of a node, pushed whenever one of them changes.
package struct Report: Hashable, Sendable {
    /// Rises with every report and heartbeat of the link.
    package var sequence: UInt64
    /// The boot of the node.
    package var bootIdentifier: BootIdentifier
    /// The facts, sorted by identity.
    package var facts: [Fact]
    /// The share of its capacity that the node offers, in percent, if it knows.
    package var capacity: UInt8?

    /// Makes a report.
    package init(sequence: UInt64, bootIdentifier: BootIdentifier, facts: [Fact], capacity: UInt8? = nil) {
        precondition(facts.count <= Limits.facts)
        self.sequence = sequence
        self.bootIdentifier = bootIdentifier
        self.facts = facts
        self.capacity = capacity
    }
}
