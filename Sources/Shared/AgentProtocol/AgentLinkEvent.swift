/// What happened on the agent's end of an agent link.
package enum AgentLinkEvent: Hashable, Sendable {
    /// The director's Hello came and was answered.
    case connected(Hello)
    /// The director wants this state.
    case desired(DesiredState)
    /// The director's kernel has weight 0 for this node.
    case drainAcknowledged(DrainReply)
    /// The director shows what it does with this node.
    case viewed(View)
    /// The director closes the link on purpose.
    case goodbye(Goodbye)
}
