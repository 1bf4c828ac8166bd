/// What happened on the director's end of an agent link.
package enum DirectorLinkEvent: Hashable, Sendable {
    /// The agent answered the Hello; `rebooted` if its machine has another boot than the one known before.
    case connected(Hello, rebooted: Bool)
    /// A report came; the session holds its facts.
    case reported(Report)
    /// Three heartbeats were missed: what the agent said is unknown now, not false.
    case stale
    /// A stale agent was heard again; its facts count again once a report came.
    case heard
    /// The node asks for weight 0; answer with `acknowledgeDrain` once the kernel has it.
    case drainRequested(DrainRequest)
    /// The agent closes the link on purpose.
    case goodbye(Goodbye)
}
