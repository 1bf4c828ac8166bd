import Glibc
import Primitives
import Synchronization

/// Sees when a processor stood still: on each it sleeps for a millisecond at a time at the highest real-time priority.
final class StallWitness: Sendable {
    private let found = Mutex<[(from: MonotonicInstant, to: MonotonicInstant)]>([])
    private let failure = Mutex<String?>(nil)
    private let isStopping = Atomic(false)

    /// Starts watching for stalls of this length or longer.
    init(atLeast length: Interval) throws {
        for processor in 0..<max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))) {
            _ = try Thread { self.watch(processor, length) }
        }
    }

    private func watch(_ processor: Int, _ length: Interval) {
        // A witness that waits its turn takes the load for stalls, and one that moves about does not see its last place.
        guard RealTime.enter(priority: 99), RealTime.stay(on: processor) else {
            failure.withLock { $0 = "the witness of processor \(processor) has no real time there" }
            return
        }
        var last = now()
        while !isStopping.load(ordering: .relaxed) {
            nap(.milliseconds(1))
            let time = now()
            if time - last >= length { found.withLock { $0.append((last, time)) } }
            last = time
        }
    }

    /// The stalls so far, those of all processors in the order of their beginnings.
    var stalls: [(from: MonotonicInstant, to: MonotonicInstant)] {
        found.withLock { $0.sorted { $0.from < $1.from } }
    }

    /// What keeps it from seeing anything, if anything does.
    var problem: String? { failure.withLock { $0 } }

    /// Ends the watching.
    func stop() {
        isStopping.store(true, ordering: .relaxed)
    }
}
