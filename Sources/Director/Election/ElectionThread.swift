package import DirectorCore
package import Linux
internal import Primitives
internal import Synchronization
package import SystemPackage

/// The thread that sends and receives advertisements and announcements, and does nothing else.
///
/// It reads no file, writes no log and no netlink, and waits for no other thread: values come in through two bounded
/// mailboxes and leave through closures that post to others.
package final class ElectionThread: Sendable {
    /// Where the thread's values go; the closures post to a mailbox and return.
    package struct Outlets: Sendable {
        /// To the addresses thread.
        package var demand: @Sendable (AddressDemand) -> Void
        /// To the rest of the director.
        package var publish: @Sendable (ElectionReport) -> Void
        /// The stop is done: priority 0 is sent, and the addresses are gone or a second has passed.
        ///
        /// It comes too when the thread has failed, with the cause in its health.
        package var stopped: @Sendable () -> Void

        /// Makes the outlets.
        package init(
            demand: @escaping @Sendable (AddressDemand) -> Void,
            publish: @escaping @Sendable (ElectionReport) -> Void,
            stopped: @escaping @Sendable () -> Void,
        ) {
            self.demand = demand
            self.publish = publish
            self.stopped = stopped
        }
    }

    /// SCHED_RR priority, above that of ordinary real-time audio and below the kernel's watchdogs.
    package static let realTimePriority: Int32 = 50

    /// Bound 16; a command more is refused and the caller told.
    let commands: Mailbox<ElectionCommand>
    /// Bound 4; every report is the whole picture, so the oldest may go.
    let reports: Mailbox<AddressReport>
    let outlets: Outlets
    let turns = Atomic<UInt64>(0)
    let condition = Mutex(ElectionHealth())
    private let startNotes = Mutex<LoopThreadNotes?>(nil)

    private init(_ outlets: Outlets) throws(Errno) {
        commands = try Mailbox(capacity: 16, whenFull: .refuse)
        reports = try Mailbox(capacity: 4, whenFull: .dropOldest)
        self.outlets = outlets
    }

    /// Starts the election; it claims nothing before the first address report.
    ///
    /// With deferred preemption it leaves an Active Router of lower priority alone until `allowPreemption`.
    package static func start(
        _ settings: ElectionSettings,
        defersPreemption: Bool = false,
        _ outlets: Outlets,
    ) throws(Errno) -> ElectionThread {
        let thread = try ElectionThread(outlets)
        let notes = try LoopThread.start(name: "election", realTimePriority: realTimePriority) {
            ElectionLoop.run(thread, settings, defersPreemption: defersPreemption)
        }
        thread.startNotes.withLock { $0 = notes }
        return thread
    }

    /// What the thread was refused at its start: real time, locked memory.
    package var notes: LoopThreadNotes? { startNotes.withLock { $0 } }

    /// How many turns the loop has completed; it turns at least every second.
    package var completedTurns: UInt64 { turns.load(ordering: .relaxed) }

    /// What the thread itself has to tell.
    package var health: ElectionHealth { condition.withLock { $0 } }

    /// Asks the thread for something; false if it does not read its mailbox.
    @discardableResult
    package func post(_ command: ElectionCommand) -> Bool { commands.post(command) }

    /// Hands over what the addresses thread found.
    package func post(_ report: AddressReport) {
        reports.post(report)
    }
}
