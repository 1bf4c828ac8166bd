package import DirectorCore
internal import Linux
internal import Primitives
internal import Synchronization
package import SystemPackage

/// The thread of every rtnetlink write and watch: it keeps the kernel's addresses as the election demands them.
///
/// A netlink call can take tens of milliseconds under the kernel's lock, which is why it is not the election's thread.
package final class AddressThread: Sendable {
    /// Bound 4; every demand is the whole wish, so the oldest may go.
    let demands: Mailbox<AddressDemand>
    /// Where the reports go; posts to a mailbox and returns.
    let report: @Sendable (AddressReport) -> Void
    let turns = Atomic<UInt64>(0)
    let trouble = Mutex<AddressTrouble?>(nil)
    let isStopped = Atomic<Bool>(false)

    /// SCHED_RR priority, below that of the election: a takeover ends with what this thread does.
    private static let realTimePriority: Int32 = 49

    private init(_ report: @escaping @Sendable (AddressReport) -> Void) throws(Errno) {
        demands = try Mailbox(capacity: 4, whenFull: .dropOldest)
        self.report = report
    }

    /// Starts the thread, which touches nothing before the first demand.
    package static func start(report: @escaping @Sendable (AddressReport) -> Void) throws(Errno) -> AddressThread {
        let thread = try AddressThread(report)
        // What it is refused the election's thread is refused as well, which tells of it.
        try LoopThread.start(name: "addresses", realTimePriority: realTimePriority) { AddressLoop.run(thread) }
        return thread
    }

    /// Hands over what the election demands.
    package func post(_ demand: AddressDemand) {
        demands.post(demand)
    }

    /// Lets the thread end within its longest wait; the addresses stay as they are.
    package func stop() {
        isStopped.store(true, ordering: .relaxed)
    }

    /// How many turns the loop has completed; it turns at least every second.
    package var completedTurns: UInt64 { turns.load(ordering: .relaxed) }

    /// What the kernel answered last when something could not be read, while that is so.
    package var failure: AddressTrouble? { trouble.withLock { $0 } }
}
