internal import AgentCore
internal import Linux
internal import Primitives
internal import ServiceManager
internal import SystemPackage

/// One look at a unit, which systemd answers when it likes.
final class UnitAttempt: LocalAttempt {
    private let check: UnitCheck
    /// What is to be asked.
    let query: UnitQuery

    var descriptors: [(raw: Int32, interest: Interest)] { [(query.answer.descriptor, .read)] }
    /// A bus that is silent says nothing about the unit.
    var outcomeOfSilence: LocalRunOutcome { unanswered(.timedOut) }

    /// Prepares the question.
    init(_ check: UnitCheck, until deadline: MonotonicInstant) throws(Errno) {
        self.check = check
        let answer = try Mailbox<Result<UnitState, Errno>>(capacity: 1, whenFull: .refuse)
        query = UnitQuery(unit: check.unit, deadline: deadline, answer: answer)
    }

    func advance() -> LocalRunOutcome? {
        switch query.answer.drain().first {
        case nil: nil
        case .success(let state)?: check.outcome(load: state.load, active: state.active, sub: state.sub)
        case .failure(let error)?: unanswered(error)
        }
    }

    private func unanswered(_ error: Errno) -> LocalRunOutcome {
        .notRun("\(check.unit): no answer from the system bus: \(error)")
    }
}
