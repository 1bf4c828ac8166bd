internal import NIOCore

/// The answer that a client waits for; give it once, from any thread.
package struct ControlReply: Sendable {
    private let connection: NIOLoopBound<ControlConnection>
    private let eventLoop: any EventLoop
    private let request: UInt64

    init(connection: ControlConnection, eventLoop: any EventLoop, request: UInt64) {
        self.connection = NIOLoopBound(connection, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.request = request
    }

    /// Answers with a value, which is encoded on the event loop's thread.
    package func succeed(_ value: some Encodable & Sendable) {
        let (connection, request) = (connection, request)
        eventLoop.execute {
            connection.value.answer(ControlJSON.Answer(result: value, error: nil), to: request)
        }
    }

    /// Answers that the request is refused, and why.
    package func fail(_ reason: String) {
        let (connection, request) = (connection, request)
        eventLoop.execute {
            connection.value.answer(ControlJSON.Answer<String>(result: nil, error: reason), to: request)
        }
    }
}
