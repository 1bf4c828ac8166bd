internal import Balancing
package import DirectorCore
internal import Linux
internal import Primitives
internal import Synchronization
package import SystemPackage

/// The thread that keeps the kernel's IPVS table as the main loop desires it.
package final class DataplaneThread: Sendable {
    /// Bound 256; every desire is the whole wish and `stop` is the last command, so the oldest may go.
    private let commands: Mailbox<DataplaneCommand>
    private let report: @Sendable (DataplaneReport) -> Void
    private let stopped: @Sendable () -> Void
    private let turns = Atomic<UInt64>(0)
    private let hasStopped = Atomic<Bool>(false)

    private init(
        _ report: @escaping @Sendable (DataplaneReport) -> Void,
        _ stopped: @escaping @Sendable () -> Void,
    ) throws(Errno) {
        commands = try Mailbox(capacity: 256, whenFull: .dropOldest)
        self.report = report
        self.stopped = stopped
    }

    /// Starts the thread, which looks and reports at once, and changes the table only after the first desire.
    ///
    /// The closures are called on the thread; they post to a mailbox and return. `stopped` comes last, once.
    package static func start(
        _ settings: DataplaneSettings,
        report: @escaping @Sendable (DataplaneReport) -> Void,
        stopped: @escaping @Sendable () -> Void = {},
    ) throws(Errno) -> DataplaneThread {
        let thread = try DataplaneThread(report, stopped)
        try LoopThread.start(name: "dataplane") { thread.run(settings) }
        return thread
    }

    /// Hands over a command.
    package func post(_ command: DataplaneCommand) {
        commands.post(command)
    }

    /// How many turns the loop has completed; it turns at least every second.
    package var completedTurns: UInt64 { turns.load(ordering: .relaxed) }

    /// Whether the thread has done what `stop` asked for.
    package var isStopped: Bool { hasStopped.load(ordering: .acquiring) }

    private func run(_ settings: DataplaneSettings) {
        defer {
            hasStopped.store(true, ordering: .releasing)
            stopped()
        }
        do {
            try loop(settings)
        } catch {
            // Without its loop the thread can do nothing: the last report says why, and the turns stand still.
            report(DataplaneReport(at: Clock.now, lookFailure: "dataplane loop: \(error)", isConverged: false))
        }
    }

    private func loop(_ settings: DataplaneSettings) throws(Errno) {
        var reactor = try Reactor()
        try reactor.add(commands.descriptor, token: 0, interest: .read)
        var dataplane = Dataplane(settings)
        var nextLook = Clock.now
        while true {
            _ = try reactor.wait(until: nextLook)
            var mustLook = Clock.now >= nextLook
            var stop: Bool?
            var wish: DesiredTable?
            for command in commands.drain() {
                switch command {
                case .desire(let table): wish = table
                case .synchronize(let wish):
                    dataplane.synchronize(wish)
                    mustLook = true
                case .interfaces(let names): dataplane.watch(names)
                case .lookNow: mustLook = true
                case .stop(let clear): stop = clear
                }
            }
            if let clear = stop {
                // A role that changed with the end of the election is taken before that.
                if mustLook, !clear { _ = dataplane.look() }
                if clear { report(dataplane.clear()) }
                return
            }
            if let wish {
                dataplane.desire(wish)
                mustLook = true
            }
            if mustLook {
                let found = dataplane.look()
                nextLook = found.nextLook
                report(found.report)
            }
            turns.wrappingAdd(1, ordering: .relaxed)
        }
    }
}
