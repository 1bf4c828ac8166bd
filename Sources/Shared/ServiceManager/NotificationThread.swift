internal import Linux
package import Primitives
package import SystemPackage

/// Sends notifications from a thread of its own, so that a service manager that does not read its socket stops nobody.
///
/// The queue of a datagram socket is short (`net.unix.max_dgram_qlen`), and libsystemd waits for room in it. The mailbox
/// holds 64 notifications and drops the oldest: the manager that reads again sees the newest state.
package final class NotificationThread: Sendable {
    /// What is to be told.
    enum Notification: Sendable {
        case ready(String)
        case status(String)
        case reloading(MonotonicInstant, String)
        case stopping(String)
        case watchdog
        case extendTimeout(Interval)
    }

    private let outbox: Mailbox<Notification>

    /// Starts the thread.
    package init() throws(Errno) {
        let outbox = try Mailbox<Notification>(capacity: 64, whenFull: .dropOldest)
        self.outbox = outbox
        try LoopThread.start(name: "notify") {
            do throws(Errno) {
                try Self.run(outbox)
            } catch {
                preconditionFailure("epoll refuses to wait for a mailbox: \(error)")
            }
        }
    }

    private static func run(_ outbox: Mailbox<Notification>) throws(Errno) -> Never {
        let notifier = Notifier()
        var reactor = try Reactor()
        try reactor.add(outbox.descriptor, token: 0, interest: .read)
        while true {
            _ = try reactor.wait(until: nil)
            for notification in outbox.drain() {
                switch notification {
                case .ready(let status): notifier.ready(status: status)
                case .status(let text): notifier.status(text)
                case .reloading(let now, let status): notifier.reloading(at: now, status: status)
                case .stopping(let status): notifier.stopping(status: status)
                case .watchdog: notifier.watchdog()
                case .extendTimeout(let interval): notifier.extendTimeout(by: interval)
                }
            }
        }
    }

    /// Says that start-up, or a reload, is finished, with a line for `systemctl status`.
    package func ready(status: String) { outbox.post(.ready(status)) }

    /// Sets the line that `systemctl status` shows.
    package func status(_ text: String) { outbox.post(.status(text)) }

    /// Says that a reload begins; ``ready(status:)`` must follow.
    package func reloading(at now: MonotonicInstant, status: String) { outbox.post(.reloading(now, status)) }

    /// Says that the program is stopping.
    package func stopping(status: String) { outbox.post(.stopping(status)) }

    /// Proves that the program's loop still turns; to be called from completed turns alone.
    package func watchdog() { outbox.post(.watchdog) }

    /// Asks for so much more time to start or stop, counted from now.
    package func extendTimeout(by interval: Interval) { outbox.post(.extendTimeout(interval)) }

    /// How often ``watchdog()`` is due, or nothing if this process is not watched.
    package var watchdogInterval: Interval? { Notifier().watchdogInterval }
}
