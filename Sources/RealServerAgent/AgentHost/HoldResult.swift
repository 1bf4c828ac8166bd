package import AgentCore

/// What became of a request to hold the node back.
package struct HoldResult: Hashable, Sendable, Codable {
    /// How it is held back now.
    package var hold: NodeHold

    /// Makes a result.
    package init(hold: NodeHold) {
        self.hold = hold
    }
}
