/// What happens to the prober.
package enum ProberEvent: Hashable, Sendable {
    /// These targets shall be probed, and no others.
    case demanded(ProbeDemand)
    /// A run ended, early or because it was told to.
    case finished(ProbeRun, ProbeOutcome, phases: ProbePhases? = nil)
    /// The prober's deadline was reached. What has arrived of a run is handed over when the run is told to end, at the
    /// latest.
    case deadlineReached
}
