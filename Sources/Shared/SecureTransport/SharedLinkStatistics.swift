internal import Synchronization

/// Counters that the event loop writes and any thread reads.
final class SharedLinkStatistics: Sendable {
    private let counters = Mutex(LinkStatistics())

    /// A copy of the counters.
    var snapshot: LinkStatistics { counters.withLock { $0 } }

    /// Changes the counters.
    func update(_ change: (inout LinkStatistics) -> Void) {
        counters.withLock { change(&$0) }
    }
}
