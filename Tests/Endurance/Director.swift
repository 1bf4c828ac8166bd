import Addresses
import DirectorCore
import Election
import Linux
import Primitives
import Synchronization
import SystemPackage
import VRRP

/// A director's election and addresses threads, started in the namespace of the calling thread.
final class Director: Sendable {
    /// A change of state, as it was published.
    struct Change: Sendable {
        var at: MonotonicInstant
        var state: VirtualRouter.StateName
        var reason: TransitionReason
    }

    let election: ElectionThread
    private let addresses: AddressThread
    private let recorder = Recorder()
    private let settings: VirtualRouterSettings

    /// Starts both threads.
    init(_ settings: VirtualRouterSettings) throws {
        let relay = Relay()
        let addresses = try AddressThread.start { relay.post($0) }
        let recorder = recorder
        election = try ElectionThread.start(
            ElectionSettings(routers: [settings]),
            ElectionThread.Outlets(
                demand: { addresses.post($0) },
                publish: { recorder.take($0) },
                stopped: {}
            )
        )
        relay.attach(election)
        self.addresses = addresses
        self.settings = settings
    }

    /// The changes so far.
    var history: [Change] { recorder.changes.withLock { $0.list } }

    /// The counters as they were published last.
    var statistics: VirtualRouter.Statistics? { recorder.changes.withLock { $0.statistics } }

    /// What a reload does to the election: the whole settings anew, with another priority.
    func reload(_ number: Int) {
        var next = settings
        next.priority += UInt8(number % 2)
        election.post(.replace(ElectionSettings(routers: [next])))
    }

    /// Ends both threads.
    func stop() {
        election.post(.stop)
        addresses.stop()
    }
}

/// Keeps the changes of state.
final class Recorder: Sendable {
    struct Record: Sendable {
        var list: [Director.Change] = []
        var statistics: VirtualRouter.Statistics?
    }

    let changes = Mutex(Record())

    func take(_ report: ElectionReport) {
        guard let router = report.routers.first else { return }
        changes.withLock { record in
            record.statistics = router.statistics
            guard record.list.last?.state != router.state else { return }
            record.list.append(.init(at: router.since, state: router.state, reason: router.reason))
        }
    }
}

/// Carries the addresses thread's reports to the election thread, which is started after it.
final class Relay: Sendable {
    private let state = Mutex<(election: ElectionThread?, early: AddressReport?)>((nil, nil))

    func post(_ report: AddressReport) {
        state.withLock { state in
            if let election = state.election { election.post(report) } else { state.early = report }
        }
    }

    func attach(_ election: ElectionThread) {
        state.withLock { state in
            state.election = election
            if let early = state.early { election.post(early) }
        }
    }
}
