/// What happens to the prober.
package enum ProberEvent: Hashable, Sendable {
    /// These targets shall be probed, and no others.
    case demanded(ProbeDemand)
    /// A run ended, early or because it was told to.
    case finished(ProbeRun, ProbeOutcome, phases: ProbePhases? = nil)
    /// A run begins only now, for the shell came late to it: its time counts from here.
    case delayed(ProbeRun)
    /// The prober's deadline was reached. What has arrived of a run is handed over when the run is told to end, at the
    /// latest.
    case deadlineReached
}
