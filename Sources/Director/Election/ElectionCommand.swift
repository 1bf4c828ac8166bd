package import DirectorCore

/// What the rest of the director asks of the election thread.
package enum ElectionCommand: Hashable, Sendable {
    /// Work by other settings.
    case replace(ElectionSettings)
    /// From now on this director can serve: preempt where the settings say so.
    case allowPreemption
    /// Give up the addresses and stop.
    case stop
}
