internal import Linux
internal import Primitives
internal import ServiceManager
internal import SystemPackage

/// A question for systemd about a unit, and the place of its answer.
struct UnitQuery: Sendable {
    /// The unit's name.
    let unit: String
    /// When the answer comes too late.
    let deadline: MonotonicInstant
    /// Where the one answer goes.
    let answer: Mailbox<Result<UnitState, Errno>>
}
