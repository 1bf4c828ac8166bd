/// What the prober wants done, in order.
package enum ProberEffect: Hashable, Sendable {
    /// Start a run. A direct path is compared with the real address where the last run did not pass.
    case start(ProbeRun, ProbeCheck, comparesRealAddress: Bool)
    /// The run's time is up: answer with `finished` and what was seen until now.
    case expire(ProbeRun)
    /// The run's target is not wanted any more: end it and answer nothing.
    case cancel(ProbeRun)
    /// Tell the rest of the director.
    case report(ProbeReport)
}
