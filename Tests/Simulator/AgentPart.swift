package import AgentCore
package import Primitives

/// What the world runs as a web node's agent.
package protocol AgentPart: AnyObject {
    /// When it wants to be woken.
    var deadline: MonotonicInstant? { get }
    /// Takes an event and says what follows from it.
    func handle(_ event: AgentEvent, at now: MonotonicInstant) -> [AgentEffect]
}

/// The shipped agent.
package final class ShippedAgent: AgentPart {
    private var core: AgentCore

    /// Makes an agent that was not started yet.
    package init(settings: AgentSettings, identity: AgentIdentity, at now: MonotonicInstant) {
        core = AgentCore(settings: settings, identity: identity, at: now)
    }

    package var deadline: MonotonicInstant? { core.deadline }

    package func handle(_ event: AgentEvent, at now: MonotonicInstant) -> [AgentEffect] {
        core.handle(event, at: now)
    }
}
