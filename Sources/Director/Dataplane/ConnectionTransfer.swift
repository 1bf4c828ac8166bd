package import Balancing
internal import IPVS
internal import Linux
package import Primitives
internal import Synchronization
package import SystemPackage

/// Tells a successor of the connections that the kernel's sync daemon has not told of yet, while it takes over.
///
/// It has threads of its own: going through a great table takes the kernel a while, for which nothing else may wait, and
/// what tells of a SYN runs against the client's next segment.
package final class ConnectionTransfer: Sendable {
    /// What became of a transfer.
    package struct Outcome: Hashable, Sendable {
        /// How many connections were told of.
        package var connections = 0
        /// How many were told of when they were being opened.
        package var openings = 0
        /// Of how many of those the real server was told at once, as their SYN went there.
        package var forwarded = 0
        /// How often the table was gone through.
        package var looks = 0
        /// How long the longest look took, with what was sent then.
        package var longestLook = Interval.zero
        /// Why connections may be missing.
        package var trouble: String?
    }

    /// How long the table is read at most; what was read by then is told of.
    private static let readLimit = Interval.milliseconds(500)
    /// The time between two looks at least; a longer look is followed by a pause of its own length.
    private static let pause = Interval.milliseconds(10)
    /// How long the watch for new connections waits before it looks whether the end was moved.
    private static let watchTurn = Interval.milliseconds(100)
    /// The watch's own, behind those of the election and of the addresses (`sched(7)`); `ConnectionNews.entryLimit`
    /// bounds what it does with it.
    private static let watchPriority: Int32 = 48
    /// How many messages are sent before the receiver gets time to take them from its buffer.
    private static let burst = 16

    private struct State {
        var deadline: MonotonicInstant
        /// What is called when a look that has not begun yet is told.
        var waiting: [@Sendable () -> Void]
        /// What the successor was told to be opened since the last look, which has to tell of its real server again.
        var opened: Set<SyncedConnection.Key> = []
        /// How many of those there were; from a limit on nobody watches any more.
        var openings = 0
        /// Of how many the real server was told by the watch.
        var forwarded = 0
        var hasEnded = false
        /// Why nobody watches.
        var watchFailure: Errno?
    }

    /// The services, with the seconds of their persistence, or 0.
    package let services: [ServiceIdentity: UInt32]
    private let state: Mutex<State>

    private init(
        _ services: [ServiceIdentity: UInt32],
        until deadline: MonotonicInstant,
        _ told: @escaping @Sendable () -> Void,
    ) {
        self.services = services
        state = Mutex(State(deadline: deadline, waiting: [told]))
    }

    /// Begins to tell, by the settings of the kernel's daemons, of the connections to these services on these real servers.
    ///
    /// On a thread of its own `told` is called once the successor was told of the connections that stand now, or when it
    /// cannot be told of any; and `finished` at the end. Each is called once.
    package static func start(
        _ settings: ConnectionSyncSettings,
        services: [ServiceIdentity: UInt32],
        realServers: Set<IPAddress>,
        until deadline: MonotonicInstant,
        _ told: @escaping @Sendable () -> Void,
        finished: @escaping @Sendable (Outcome) -> Void,
    ) throws(Errno) -> ConnectionTransfer {
        let transfer = ConnectionTransfer(services, until: deadline, told)
        try LoopThread.start(name: "openings", realTimePriority: watchPriority) {
            transfer.watch(settings, realServers) { transfer.beginLooking(settings, finished) }
        }
        return transfer
    }

    /// Moves the end.
    package func end(at deadline: MonotonicInstant) {
        state.withLock { $0.deadline = deadline }
    }

    /// Moves the end for another handover, and calls once those that stand now are told; false if it is over.
    package func goOn(until deadline: MonotonicInstant, _ told: @escaping @Sendable () -> Void) -> Bool {
        let now = Clock.now
        return state.withLock { state in
            guard !state.hasEnded, now < state.deadline else { return false }
            state.deadline = deadline
            state.waiting.append(told)
            return true
        }
    }

    // When nobody looks any more, nobody would tell of the real servers of what is opened.
    private var isOver: Bool { state.withLock { $0.hasEnded || Clock.now >= $0.deadline } }

    /// Tells of connections that are being opened, until the transfer is over.
    ///
    /// The looks begin once it sees every SYN: one that came between a look and that would be told of by neither, while
    /// the successor takes over after the first look. Without the watch a look tells of them all the same, only later.
    private func watch(
        _ settings: ConnectionSyncSettings,
        _ realServers: Set<IPAddress>,
        _ beginLooking: () -> Void,
    ) {
        var isLooking = false
        do throws(Errno) {
            var watch = try OpeningWatch(settings, services: Set(services.keys), realServers: realServers)
            beginLooking()
            isLooking = true
            while !isOver, state.withLock({ $0.openings }) < ConnectionNews.entryLimit {
                let news = try watch.turn(until: min(Clock.now + Self.watchTurn, state.withLock { $0.deadline }))
                guard !news.isEmpty else { continue }
                state.withLock { state in
                    // What is told as the SYN goes on may come after a look that knew more.
                    state.opened.formUnion(news.opened)
                    state.opened.formUnion(news.forwarded.keys)
                    state.openings += news.opened.count
                    state.forwarded += news.forwarded.count
                }
            }
        } catch {
            state.withLock { $0.watchFailure = error }
            if !isLooking { beginLooking() }
        }
    }

    private func beginLooking(_ settings: ConnectionSyncSettings, _ finished: @escaping @Sendable (Outcome) -> Void) {
        do throws(Errno) {
            try LoopThread.start(name: "connections") { [self] in finish(run(settings), finished) }
        } catch {
            var outcome = Outcome()
            outcome.trouble = "\(error)"
            finish(outcome, finished)
        }
    }

    private func finish(_ outcome: Outcome, _ finished: (Outcome) -> Void) {
        takeWaiting(isLast: true).forEach { $0() }
        finished(outcome)
    }

    private func takeOpened() -> Set<SyncedConnection.Key> {
        state.withLock { state in
            defer { state.opened = [] }
            return state.opened
        }
    }

    private func takeWaiting(isLast: Bool = false) -> [@Sendable () -> Void] {
        state.withLock { state in
            if isLast { state.hasEnded = true }
            defer { state.waiting = [] }
            return state.waiting
        }
    }

    private func run(_ settings: ConnectionSyncSettings) -> Outcome {
        var outcome = Outcome()
        do throws(Errno) {
            let sender = try MulticastSender(settings)
            var reactor = try Reactor()
            var news = ConnectionNews(services: services)
            while !isOver {
                let duration = try look(settings, &news, by: sender, &reactor, &outcome)
                _ = try reactor.wait(until: Clock.now + max(Self.pause, duration))
            }
        } catch {
            outcome.trouble = "\(error)"
        }
        let (openings, failure) = state.withLock { state in
            outcome.forwarded = state.forwarded
            return (state.openings, state.watchFailure)
        }
        outcome.openings = openings
        if let failure { outcome.trouble = outcome.trouble ?? "new connections are not watched: \(failure)" }
        if openings >= ConnectionNews.entryLimit {
            outcome.trouble = outcome.trouble ?? "new connections were no longer watched after \(openings)"
        }
        return outcome
    }

    /// Goes through the table once and tells what is new; gives how long that took.
    private func look(
        _ settings: ConnectionSyncSettings,
        _ news: inout ConnectionNews,
        by sender: borrowing MulticastSender,
        _ reactor: inout Reactor,
        _ outcome: inout Outcome,
    ) throws(Errno) -> Interval {
        let waiting = takeWaiting()
        // Whatever becomes of this look, nobody waits for it in vain.
        defer { waiting.forEach { $0() } }
        let started = Clock.now
        let limit = started + Self.readLimit
        // Those that were told before: their real server may be in this look already, and is told once more.
        news.open(takeOpened())
        let text = try ConnectionTable.text(until: limit)
        if Clock.now >= limit { outcome.trouble = "reading the connection table takes too long" }
        if isOver { return .zero }
        // What was opened while the table was read stands in it with its port's last connection, or not at all.
        let connections = news.take(text, openedSince: state.withLock { $0.opened })
        try send(SyncMessage.encode(connections, identifier: settings.identifier), by: sender, &reactor)
        let duration = Clock.now - started
        outcome.looks += 1
        outcome.connections = news.count
        outcome.longestLook = max(outcome.longestLook, duration)
        return duration
    }

    /// Sends each message twice, because nobody acknowledges it; the second time soon, or it would be older than what
    /// the successor knows by then.
    private func send(
        _ messages: [[UInt8]],
        by sender: borrowing MulticastSender,
        _ reactor: inout Reactor,
    ) throws(Errno) {
        for start in stride(from: 0, to: messages.count, by: Self.burst) {
            let burst = messages[start..<min(start + Self.burst, messages.count)]
            for message in burst + burst {
                do throws(Errno) {
                    try sender.send(message)
                } catch .wouldBlock {
                    // The interface's queue is full: the other copy may find room.
                    _ = try reactor.wait(until: Clock.now + .milliseconds(1))
                }
            }
            if isOver { return }
            if burst.endIndex < messages.count { _ = try reactor.wait(until: Clock.now + .milliseconds(1)) }
        }
    }
}
