internal import NIOCore
internal import Synchronization

/// Brings commands to an event loop, and bounds the bytes that wait there.
final class CommandQueue: Sendable {
    private let eventLoop: any EventLoop
    private let limit: Int
    private let waiting = Atomic<Int>(0)

    /// What one command costs beside the bytes that it carries.
    private static let overhead = 256

    init(eventLoop: any EventLoop, limit: Int) {
        self.eventLoop = eventLoop
        self.limit = limit
    }

    /// Runs a command on the loop, or answers false if too much waits already.
    func submit(bytes: Int, _ command: @escaping @Sendable () -> Void) -> Bool {
        let cost = bytes + Self.overhead
        guard waiting.add(cost, ordering: .relaxed).newValue <= limit else {
            waiting.subtract(cost, ordering: .relaxed)
            return false
        }
        eventLoop.execute {
            self.waiting.subtract(cost, ordering: .relaxed)
            command()
        }
        return true
    }

    /// Runs a command that must not be lost; only configuration and stop are such.
    func submitAlways(_ command: @escaping @Sendable () -> Void) {
        eventLoop.execute(command)
    }
}
