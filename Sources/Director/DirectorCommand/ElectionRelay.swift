internal import DirectorCore
internal import Election
internal import Synchronization

/// Carries the addresses thread's reports to the election thread, which is started after it.
final class ElectionRelay: Sendable {
    private struct State {
        var election: ElectionThread?
        var early: AddressReport?
    }

    private let state = Mutex(State())

    /// Hands a report on, or keeps the newest one until there is an election.
    func post(_ report: AddressReport) {
        state.withLock { state in
            if let election = state.election { election.post(report) } else { state.early = report }
        }
    }

    /// Names the election thread, which hears at once what was reported before.
    func attach(_ election: ElectionThread) {
        state.withLock { state in
            state.election = election
            if let early = state.early.take() { election.post(early) }
        }
    }
}
