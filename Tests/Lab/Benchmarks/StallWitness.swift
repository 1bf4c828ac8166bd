import Glibc
import Primitives
import Synchronization

/// Sees when the machine itself stood still: it sleeps for a millisecond at a time at the highest real-time priority.
final class StallWitness: Sendable {
    private let found = Mutex<[(from: MonotonicInstant, to: MonotonicInstant)]>([])
    private let isStopping = Atomic(false)

    /// Starts watching for stalls of this length or longer.
    init(atLeast length: Interval) throws {
        _ = try Thread {
            RealTime.enter(priority: 99)
            var last = now()
            while !self.isStopping.load(ordering: .relaxed) {
                nap(.milliseconds(1))
                let time = now()
                if time - last >= length { self.found.withLock { $0.append((last, time)) } }
                last = time
            }
        }
    }

    /// The stalls so far.
    var stalls: [(from: MonotonicInstant, to: MonotonicInstant)] { found.withLock { $0 } }

    /// Ends the watching.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }
}
