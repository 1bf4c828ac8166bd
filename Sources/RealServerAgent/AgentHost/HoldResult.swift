package import AgentCore

/// What became of a request to hold the node back.
package struct HoldResult: Hashable, Sendable, Codable {
    /// How it is held back now.
    package var hold: NodeHold
    /// Whether no connected director's kernel gives it new connections any more, where that was asked for.
    package var acted: Bool
    /// What is missing, in words; empty if nothing is.
    package var missing: String

    /// Makes a result.
    package init(hold: NodeHold, _ outcome: HoldProgress.Outcome) {
        self.hold = hold
        acted = outcome.acted
        missing = outcome.missing
    }
}
