internal import NIOCore
internal import Synchronization

/// Brings commands to an event loop, and bounds the bytes that wait there.
final class CommandQueue: Sendable {
    private let eventLoop: any EventLoop
    private let limit: Int
    private let waiting = Atomic<Int>(0)
    private let overruns = Mutex<Set<LinkIdentifier>>([])

    /// What one command costs beside the bytes that it carries.
    private static let overhead = 256

    init(eventLoop: any EventLoop, limit: Int) {
        self.eventLoop = eventLoop
        self.limit = limit
    }

    /// Runs a command that sends bytes, or answers false if too much waits already.
    ///
    /// A stream with a hole is worth nothing: then the link is ended by the other command, once.
    func submit(
        _ identifier: LinkIdentifier,
        bytes: Int,
        send: @escaping @Sendable () -> Void,
        end: @escaping @Sendable () -> Void,
    ) -> Bool {
        let cost = bytes + Self.overhead
        guard waiting.add(cost, ordering: .relaxed).newValue <= limit else {
            waiting.subtract(cost, ordering: .relaxed)
            guard overruns.withLock({ $0.insert(identifier).inserted }) else { return false }
            eventLoop.execute {
                _ = self.overruns.withLock { $0.remove(identifier) }
                end()
            }
            return false
        }
        eventLoop.execute {
            self.waiting.subtract(cost, ordering: .relaxed)
            send()
        }
        return true
    }

    /// Runs a command that must not be lost; only configuration and stop are such.
    func submitAlways(_ command: @escaping @Sendable () -> Void) {
        eventLoop.execute(command)
    }
}
