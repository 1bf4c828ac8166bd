package import DirectorCore

/// What the rest of the director asks of the election thread.
package enum ElectionCommand: Hashable, Sendable {
    /// Work by other settings.
    case replace(ElectionSettings)
    /// Give up the addresses and stop.
    case stop
}
