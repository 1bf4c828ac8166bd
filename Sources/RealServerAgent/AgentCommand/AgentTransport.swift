internal import AgentConfiguration
internal import AgentCore
internal import AgentHost
internal import ControlSocket
internal import Linux
internal import NIOCore
internal import NIOPosix
internal import Primitives
internal import SecureTransport

/// The one thread beside the main loop: the directors' links, the control socket and the requests of local checks, each
/// with a mailbox to the loop.
struct AgentTransport: Sendable {
    /// More events of links than this make the transport pause its reading.
    private static let eventCapacity = 256
    /// More requests on the control socket than this are refused.
    private static let requestCapacity = 64

    let listener: LinkListener
    /// What the links tell.
    let events: Mailbox<TransportEvent>
    /// What operators ask.
    let requests: Mailbox<ControlMessage>
    /// The requests of local checks.
    let localRequests: LocalRequests
    private let control: ControlServer
    private let group: MultiThreadedEventLoopGroup

    /// Answers on the control socket; nobody listens for directors yet.
    init(_ configuration: AgentConfiguration, key: IdentityKey) throws {
        let events = try Mailbox<TransportEvent>(capacity: Self.eventCapacity, whenFull: .refuse)
        let requests = try Mailbox<ControlMessage>(capacity: Self.requestCapacity, whenFull: .refuse)
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let eventLoop = group.next()
        localRequests = try LocalRequests(on: eventLoop)
        var limits = ControlLimits()
        // A release is answered when it has ended; whoever asks for a status gives up by himself.
        limits.answerTimeout = .seconds(Int64(ControlRequest.longestDeadline)) + .seconds(60)
        control = ControlServer(path: configuration.controlSocket, limits: limits, eventLoop: eventLoop) {
            request,
            reply in
            if !requests.post(ControlMessage(request: request, reply: reply)) {
                reply.fail("too many requests wait already")
            }
        }
        // Before anything else: a second agent on this machine must not get any further.
        try control.start()
        listener = try LinkListener(
            identity: key,
            pins: Set(configuration.settings.directors.map(\.fingerprint)),
            eventLoop: eventLoop,
            events: { events.post($0) },
        )
        self.events = events
        self.requests = requests
    }

    /// Ends it.
    func stop() {
        control.stop()
        listener.stop()
        try? group.syncShutdownGracefully()
    }
}
