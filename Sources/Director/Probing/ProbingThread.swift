package import Health
internal import Linux
internal import Primitives
internal import Synchronization
package import SystemPackage

/// The thread that probes real servers, by TCP and on the direct-routing path.
///
/// It owns the `Prober`; demands come in through a bounded mailbox and reports leave through a closure.
package final class ProbingThread: Sendable {
    /// Bound 16; a demand is the whole picture, so the oldest may go.
    let commands: Mailbox<ProbingCommand>
    /// Bound twice the number of runs over connections; each of them posts once, so nothing is refused.
    let results: Mailbox<StreamResult>
    let report: @Sendable (ProbeReport) -> Void
    let turns = Atomic<UInt64>(0)
    let ending = Mutex<Errno?>(nil)

    private init(_ report: @escaping @Sendable (ProbeReport) -> Void) throws(Errno) {
        commands = try Mailbox(capacity: 16, whenFull: .dropOldest)
        results = try Mailbox(capacity: 2 * ProbingLoop.streamLimit, whenFull: .refuse)
        self.report = report
    }

    /// Starts the thread, which probes nothing before the first demand.
    ///
    /// - Parameters:
    ///   - seed: spreads the first runs over their interval; drawn from the clock if absent.
    ///   - report: gets every report, on the probing thread; it posts to a mailbox and returns.
    /// - Returns: the running thread.
    /// - Throws: the error of the system call that failed.
    package static func start(
        seed: UInt64? = nil,
        _ report: @escaping @Sendable (ProbeReport) -> Void,
    ) throws(Errno) -> ProbingThread {
        let thread = try ProbingThread(report)
        let seed = seed ?? UInt64(truncatingIfNeeded: Clock.now.nanoseconds)
        try LoopThread.start(name: "probing") {
            ProbingLoop.run(thread, seed: seed)
        }
        return thread
    }

    /// Replaces what is probed.
    package func post(_ demand: ProbeDemand) { commands.post(.demand(demand)) }

    /// Ends the thread.
    package func stop() { commands.post(.stop) }

    /// How many turns the loop has completed; it turns at least every second.
    package var completedTurns: UInt64 { turns.load(ordering: .relaxed) }

    /// Why the thread ended, if it did not end because it was told to.
    package var failure: Errno? { ending.withLock { $0 } }
}
