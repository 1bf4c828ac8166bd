import Health

/// What the rest of the director asks of the probing thread.
enum ProbingCommand: Sendable {
    /// Probe this and nothing else.
    case demand(ProbeDemand)
    /// End the thread.
    case stop
}
