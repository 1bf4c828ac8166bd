internal import CSystemd
package import Primitives

/// Tells systemd how the program is doing (`sd_notify(3)`); without `NOTIFY_SOCKET` every call does nothing.
///
/// A notification is one datagram, which systemd reads whenever it likes: nothing here waits for an answer.
package struct Notifier: Sendable {
    /// What became of a notification.
    package enum Outcome: Hashable, Sendable {
        /// systemd has it.
        case sent
        /// Nobody asked for notifications.
        case unsupervised
        /// The socket refused it with an errno value.
        case failed(Int32)
    }

    /// Makes a notifier; it reads the environment anew each time, as libsystemd does.
    package init() {}

    /// Says that start-up, or a reload, is finished, with a line for `systemctl status`.
    @discardableResult
    package func ready(status: String) -> Outcome { send(["READY=1", Self.line(status)]) }

    /// Sets the line that `systemctl status` shows.
    @discardableResult
    package func status(_ text: String) -> Outcome { send([Self.line(text)]) }

    /// Says that a reload begins; ``ready(status:)`` must follow (`Type=notify-reload` needs the time).
    @discardableResult
    package func reloading(at now: MonotonicInstant, status: String) -> Outcome {
        send(["RELOADING=1", "MONOTONIC_USEC=\(now.nanoseconds / 1_000)", Self.line(status)])
    }

    /// Says that the program is stopping.
    @discardableResult
    package func stopping(status: String) -> Outcome { send(["STOPPING=1", Self.line(status)]) }

    /// Proves that the program's loop still turns; to be called from completed turns alone.
    @discardableResult
    package func watchdog() -> Outcome { send(["WATCHDOG=1"]) }

    /// Asks for so much more time to start or stop, counted from now; must be repeated before it is over.
    @discardableResult
    package func extendTimeout(by interval: Interval) -> Outcome {
        send(["EXTEND_TIMEOUT_USEC=\(max(0, interval.nanoseconds) / 1_000)"])
    }

    /// How often ``watchdog()`` is due: half of `WatchdogSec`, or nothing if this process is not watched.
    package var watchdogInterval: Interval? {
        var microseconds: UInt64 = 0
        guard unsafe sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds / 2))
    }

    private func send(_ assignments: [String]) -> Outcome {
        let result = unsafe sd_notify(0, assignments.joined(separator: "\n"))
        return result > 0 ? .sent : result == 0 ? .unsupervised : .failed(-result)
    }

    /// A status is one line; a line break in it would start another assignment.
    private static func line(_ status: String) -> String {
        "STATUS=" + String(status.map { $0.isNewline || $0 == "\0" ? " " : $0 })
    }
}
