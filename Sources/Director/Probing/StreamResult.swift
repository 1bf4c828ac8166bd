import Health

/// How a run over a connection ended, on its way back to the probing thread.
struct StreamResult: Sendable {
    var run: ProbeRun
    var outcome: ProbeOutcome
    var phases: ProbePhases
}
