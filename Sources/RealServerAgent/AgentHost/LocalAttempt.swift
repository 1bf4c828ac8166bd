import AgentCore
import Linux

/// A run under way, which its descriptors carry on; letting go of it ends it.
protocol LocalAttempt: AnyObject {
    /// What is to be polled, and for what.
    var descriptors: [(raw: Int32, interest: Interest)] { get }
    /// Goes on after a descriptor became ready; the outcome once there is one.
    func advance() -> LocalRunOutcome?
    /// What it means that its time is up.
    var outcomeOfSilence: LocalRunOutcome { get }
}

extension LocalAttempt {
    var outcomeOfSilence: LocalRunOutcome { .timedOut }
}
