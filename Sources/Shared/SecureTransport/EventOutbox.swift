internal import NIOCore
internal import Primitives

/// Hands events to the owner in order, and keeps those for which the owner has no room, on the event loop.
///
/// Its bound follows from its users: while it is blocked no link reads and no connection is accepted, so that every
/// connection adds the bytes of one read and its end at most.
final class EventOutbox {
    private let eventLoop: any EventLoop
    private let sink: TransportEventSink
    private var backlog = CircularBuffer<TransportEvent>()
    /// Called when the owner has taken all that was kept.
    var onDrained: () -> Void = {}

    private var refusalsInWindow = 0
    private var refusalWindowEnd = NIODeadline.distantPast

    /// So that a flood of strangers does not fill the owner's mailbox.
    private static let refusalsPerSecond = 32
    private static let retryInterval = TimeAmount.milliseconds(2)

    init(eventLoop: any EventLoop, sink: @escaping TransportEventSink) {
        self.eventLoop = eventLoop
        self.sink = sink
    }

    /// Whether the owner has no room.
    var isBlocked: Bool { !backlog.isEmpty }

    /// Hands over an event, now or as soon as there is room.
    func post(_ event: TransportEvent) {
        if backlog.isEmpty, sink(event) { return }
        backlog.append(event)
        if backlog.count == 1 { scheduleRetry() }
    }

    /// Tells of a refusal if there is room and it is not one of very many, else forgets it: the counters have it.
    func postRefusal(_ refusal: LinkRefusal, remote: Endpoint?) {
        let now = NIODeadline.now()
        if now >= refusalWindowEnd {
            refusalWindowEnd = now + .seconds(1)
            refusalsInWindow = 0
        }
        guard backlog.isEmpty, refusalsInWindow < Self.refusalsPerSecond else { return }
        refusalsInWindow += 1
        _ = sink(.refused(refusal, remote: remote))
    }

    private func scheduleRetry() {
        eventLoop.assumeIsolated().scheduleTask(in: Self.retryInterval) { self.retry() }
    }

    private func retry() {
        while let event = backlog.first {
            guard sink(event) else {
                scheduleRetry()
                return
            }
            backlog.removeFirst()
        }
        onDrained()
    }
}
