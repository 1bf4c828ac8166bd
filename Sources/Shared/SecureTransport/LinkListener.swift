package import NIOCore
internal import NIOPosix
internal import NIOSSL
package import Primitives
internal import SystemPackage

/// The accepting end of links: TLS 1.3, both ends known by their pinned keys.
///
/// Everything happens on the given event loop; commands may come from any thread and never block.
package final class LinkListener: Sendable {
    private let eventLoop: any EventLoop
    private let acceptor: NIOLoopBoundBox<LinkAcceptor>
    private let commands: CommandQueue
    private let shared: SharedLinkStatistics
    private let limits: LinkLimits

    /// Makes a listener that accepts the pinned keys, and does not listen yet.
    package convenience init(
        identity: IdentityKey,
        pins: Set<KeyFingerprint>,
        limits: LinkLimits = LinkLimits(),
        eventLoop: any EventLoop,
        events: @escaping TransportEventSink,
    ) throws(TransportError) {
        let certificate = try SelfSignedCertificate(key: identity)
        try self.init(
            security: TransportSecurity(identity: identity, certificate: certificate),
            pins: pins,
            limits: limits,
            eventLoop: eventLoop,
            events: events,
        )
    }

    /// Makes a listener with TLS contexts of the caller's.
    init(
        security: TransportSecurity,
        pins: Set<KeyFingerprint>,
        limits: LinkLimits,
        eventLoop: any EventLoop,
        events: @escaping TransportEventSink,
    ) throws(TransportError) {
        let statistics = SharedLinkStatistics()
        let table = LinkTable(
            role: .listener,
            limits: limits,
            eventLoop: eventLoop,
            statistics: statistics,
            sink: events,
        )
        let acceptor = LinkAcceptor(table: table, context: security.server, pins: pins)
        self.acceptor = .makeBoxSendingValue(acceptor, eventLoop: eventLoop)
        self.eventLoop = eventLoop
        self.limits = limits
        shared = statistics
        commands = CommandQueue(eventLoop: eventLoop, limit: limits.commandBytes)
    }

    /// Listens on an endpoint, port 0 meaning any, and answers with the real one; blocks until it does.
    @discardableResult
    package func listen(on endpoint: Endpoint) throws(TransportError) -> Endpoint {
        let options = LinkOptions(limits: limits)
        let acceptor = acceptor
        var bootstrap = ServerBootstrap(group: eventLoop)
            .serverChannelOption(LinkOptions.reuseAddress, value: 1)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(LinkOptions.noDelay, value: 1)
            .childChannelOption(LinkOptions.userTimeout, value: options.userTimeoutMilliseconds)
            .childChannelOption(.recvAllocator, value: options.readBuffer)
            .childChannelOption(.maxMessagesPerRead, value: 1)
            .childChannelOption(.writeBufferWaterMark, value: options.waterMark)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try acceptor.value.accept(channel) }
            }
        if endpoint.address.family == .ipv6 {
            bootstrap = bootstrap.serverChannelOption(LinkOptions.ipv6Only, value: 1)
        }
        do {
            let channel = try bootstrap.bind(to: SocketAddress(endpoint)).wait()
            eventLoop.execute { acceptor.value.add(listener: channel) }
            return channel.localAddress?.endpoint ?? endpoint
        } catch let error as IOError {
            throw .cannotListen(endpoint, Errno(rawValue: error.errnoCode))
        } catch {
            throw .cannotListen(endpoint, .ioError)
        }
    }

    /// Sends bytes on a link; false if so much waits already that they were dropped, which ends the link.
    @discardableResult
    package func send(_ identifier: LinkIdentifier, _ bytes: [UInt8]) -> Bool {
        send([LinkMessage(identifier, bytes)]) == 0
    }

    /// Sends bytes on several links at once; answers how many messages were dropped, which ends their links.
    @discardableResult
    package func send(_ messages: [LinkMessage]) -> Int {
        let acceptor = acceptor
        let dropped = commands.submit(
            messages,
            send: { acceptor.value.table.send($0) },
            end: { acceptor.value.table.failed($0, .overrun) },
        )
        if dropped > 0 { shared.update { $0.droppedCommands += UInt64(dropped) } }
        return dropped
    }

    /// Closes a link, which is then heard of once more.
    package func close(_ identifier: LinkIdentifier) {
        let acceptor = acceptor
        commands.submitAlways { acceptor.value.table.close(identifier) }
    }

    /// Accepts these keys alone from now on; links of others end at once.
    package func replacePins(_ pins: Set<KeyFingerprint>) {
        let acceptor = acceptor
        commands.submitAlways { acceptor.value.replacePins(pins) }
    }

    /// Turns away connections that come in at these addresses, the virtual ones.
    ///
    /// As all commands it takes effect when the event loop comes to it, a turn later at most; say it before the addresses
    /// are there.
    package func replaceRefusedLocalAddresses(_ addresses: Set<IPAddress>) {
        let acceptor = acceptor
        commands.submitAlways { acceptor.value.replaceRefusedLocalAddresses(addresses) }
    }

    /// Stops listening and closes all links.
    package func stop() {
        let acceptor = acceptor
        commands.submitAlways { acceptor.value.stop() }
    }

    /// The counters now.
    package var statistics: LinkStatistics { shared.snapshot }
}
