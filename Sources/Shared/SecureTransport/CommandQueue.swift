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

    /// Runs a command that sends those messages for which there is room, and answers how many there was none for.
    ///
    /// One command serves them all: the event loop's thread would take the processor with the first one, and those that
    /// are still to be said would wait until it gives it back. A stream with a hole is worth nothing: the link of a
    /// message that finds no room is ended by the other command, once.
    func submit(
        _ messages: [LinkMessage],
        send: @escaping @Sendable ([LinkMessage]) -> Void,
        end: @escaping @Sendable (LinkIdentifier) -> Void,
    ) -> Int {
        var taken: [LinkMessage] = []
        var cost = 0
        for message in messages {
            let own = message.bytes.count + Self.overhead
            guard waiting.add(own, ordering: .relaxed).newValue <= limit else {
                waiting.subtract(own, ordering: .relaxed)
                overrun(message.link, end: end)
                continue
            }
            taken.append(message)
            cost += own
        }
        if !taken.isEmpty {
            eventLoop.execute { [taken, cost] in
                self.waiting.subtract(cost, ordering: .relaxed)
                send(taken)
            }
        }
        return messages.count - taken.count
    }

    private func overrun(_ link: LinkIdentifier, end: @escaping @Sendable (LinkIdentifier) -> Void) {
        guard overruns.withLock({ $0.insert(link).inserted }) else { return }
        eventLoop.execute {
            _ = self.overruns.withLock { $0.remove(link) }
            end(link)
        }
    }

    /// Runs a command that must not be lost; only configuration and stop are such.
    func submitAlways(_ command: @escaping @Sendable () -> Void) {
        eventLoop.execute(command)
    }
}
