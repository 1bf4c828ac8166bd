package import AgentCore

/// A run that was made elsewhere, with its outcome.
package struct LocalRunResult: Sendable {
    /// What was run.
    package var run: LocalRun
    /// How it ended.
    package var outcome: LocalRunOutcome
}
