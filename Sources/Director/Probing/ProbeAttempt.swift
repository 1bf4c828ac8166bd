import Health
import Primitives

/// A run under way on the probing thread, which its descriptors carry on.
protocol ProbeAttempt: AnyObject {
    /// What is to be polled for reading, or for writing while connecting.
    var descriptors: [Int32] { get }
    /// Goes on after a descriptor became ready; the outcome once there is one.
    func advance(at now: MonotonicInstant) -> ProbeOutcome?
    /// What the run gave when its time is up.
    func expire(at now: MonotonicInstant) -> ProbeOutcome
}

/// How a run began.
enum AttemptStart {
    /// It is under way.
    case pending(any ProbeAttempt)
    /// It is over already.
    case done(ProbeOutcome)
}
