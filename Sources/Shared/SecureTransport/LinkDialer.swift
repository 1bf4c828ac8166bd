package import NIOCore
internal import NIOPosix
internal import NIOSSL
package import Primitives
internal import SystemPackage

/// The dialling end of links: TLS 1.3, both ends known by their pinned keys.
///
/// Every dial is answered by one `closed` in the end, with a `connected` before it if the handshake was finished.
/// Everything happens on the given event loop; commands may come from any thread and never block.
package final class LinkDialer: Sendable {
    private let eventLoop: any EventLoop
    private let table: NIOLoopBoundBox<LinkTable>
    private let context: NIOSSLContext
    private let commands: CommandQueue
    private let shared: SharedLinkStatistics
    private let limits: LinkLimits

    /// Makes a dialer that shows the identity.
    package convenience init(
        identity: IdentityKey,
        limits: LinkLimits = LinkLimits(),
        eventLoop: any EventLoop,
        events: @escaping TransportEventSink,
    ) throws(TransportError) {
        let certificate = try SelfSignedCertificate(key: identity)
        try self.init(
            security: TransportSecurity(identity: identity, certificate: certificate),
            limits: limits,
            eventLoop: eventLoop,
            events: events,
        )
    }

    /// Makes a dialer with TLS contexts of the caller's.
    init(
        security: TransportSecurity,
        limits: LinkLimits,
        eventLoop: any EventLoop,
        events: @escaping TransportEventSink,
    ) throws(TransportError) {
        let statistics = SharedLinkStatistics()
        let table = LinkTable(
            role: .dialer,
            limits: limits,
            eventLoop: eventLoop,
            statistics: statistics,
            sink: events,
        )
        self.table = .makeBoxSendingValue(table, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.limits = limits
        context = security.client
        shared = statistics
        commands = CommandQueue(eventLoop: eventLoop, limit: limits.commandBytes)
    }

    /// Connects to an endpoint whose key must have the fingerprint; the identifier must not be in use.
    package func dial(_ identifier: LinkIdentifier, to endpoint: Endpoint, expecting fingerprint: KeyFingerprint) {
        commands.submitAlways { self.connect(identifier, to: endpoint, expecting: fingerprint) }
    }

    private func connect(_ identifier: LinkIdentifier, to endpoint: Endpoint, expecting fingerprint: KeyFingerprint) {
        let (table, context) = (table, context)
        table.value.begin(identifier)
        let options = LinkOptions(limits: limits)
        let bootstrap = ClientBootstrap(group: eventLoop)
            .connectTimeout(.nanoseconds(limits.connectTimeout.nanoseconds))
            .channelOption(LinkOptions.noDelay, value: 1)
            .channelOption(LinkOptions.userTimeout, value: options.userTimeoutMilliseconds)
            .channelOption(.recvAllocator, value: options.readBuffer)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelOption(.writeBufferWaterMark, value: options.waterMark)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let judge = PeerJudge { $0 == fingerprint }
                    let security = try NIOSSLClientHandler(
                        context: context,
                        serverHostname: nil,
                        customVerificationCallback: judge.judge,
                    )
                    try table.value.add(channel, as: identifier, remote: endpoint, security: security, judge: judge)
                }
            }
        guard let address = try? SocketAddress(endpoint) else {
            preconditionFailure("\(endpoint) has 4 or 16 octets")
        }
        bootstrap.connect(to: address).whenFailure { error in
            table.value.failed(identifier, Self.closure(for: error))
        }
    }

    private static func closure(for error: any Error) -> LinkClosure {
        switch error {
        case let error as IOError: .unreachable(Errno(rawValue: error.errnoCode))
        case ChannelError.connectTimeout: .connectTimedOut
        default: .unreachable(.ioError)
        }
    }

    /// Sends bytes on a link; false if so much waits already that they were dropped, which ends the link.
    @discardableResult
    package func send(_ identifier: LinkIdentifier, _ bytes: [UInt8]) -> Bool {
        let table = table
        let dropped = commands.submit(
            [LinkMessage(identifier, bytes)],
            send: { table.value.send($0) },
            end: { table.value.failed($0, .overrun) },
        )
        if dropped > 0 { shared.update { $0.droppedCommands += 1 } }
        return dropped == 0
    }

    /// Closes a link or gives up a dial, which is then heard of once more.
    package func close(_ identifier: LinkIdentifier) {
        let table = table
        commands.submitAlways { table.value.close(identifier) }
    }

    /// Closes all links and gives up all dials.
    package func stop() {
        let table = table
        commands.submitAlways { table.value.closeAll() }
    }

    /// The counters now.
    package var statistics: LinkStatistics { shared.snapshot }
}
