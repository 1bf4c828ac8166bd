import Checks
import Glibc
import HTTPCheck
import Health
import Linux
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import Primitives

/// Runs the probes that speak over a TCP connection, on an event loop of their own.
///
/// Every run that was begun and not cancelled is answered once.
final class StreamProber: Sendable {
    typealias Finish = @Sendable (ProbeRun, ProbeOutcome, ProbePhases) -> Void

    /// What belongs to the event loop.
    private final class State {
        var channels: [ProbeRun: (run: StreamRun, channel: (any Channel)?)] = [:]
        var contexts: [ContextKey: NIOSSLContext] = [:]
        var expressions: [String: RegularExpression] = [:]
    }

    /// What makes a TLS context differ; the name asked for belongs to the connection.
    private struct ContextKey: Hashable {
        var verification: TLSExpectation.Verification
        var authorityFile: String?
        var isForHTTP: Bool
    }

    private let group: MultiThreadedEventLoopGroup
    private let eventLoop: any EventLoop
    private let state: NIOLoopBoundBox<State>
    private let finish: Finish

    /// Starts the event loop.
    init(_ finish: @escaping Finish) {
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        eventLoop = group.next()
        state = .makeBoxSendingValue(State(), eventLoop: eventLoop)
        self.finish = finish
    }

    /// Ends the event loop and with it all runs.
    func stop() { group.shutdownGracefully { _ in } }

    /// Begins a run over a connection that stands.
    func begin(_ start: StreamRun.Start) {
        eventLoop.execute { self.run(start) }
    }

    /// Answers a run with what was seen until now.
    func expire(_ run: ProbeRun) {
        eventLoop.execute {
            guard let entry = self.state.value.channels[run] else {
                return self.finish(run, .couldNotRun(evidence: "the run was lost"), ProbePhases())
            }
            entry.run.expire()
        }
    }

    /// Ends a run that nobody wants any more.
    func cancel(_ run: ProbeRun) {
        eventLoop.execute {
            let entry = self.state.value.channels.removeValue(forKey: run)
            entry?.channel?.close(promise: nil)
        }
    }

    /// Forgets certificates and expressions, which may be others in a new configuration.
    func forget() {
        eventLoop.execute {
            self.state.value.contexts = [:]
            self.state.value.expressions = [:]
        }
    }

    private func run(_ start: StreamRun.Start) {
        let run = StreamRun(start) { [self] run, outcome in
            // Whether it was cancelled meanwhile, nobody wants to know it.
            guard let entry = state.value.channels.removeValue(forKey: run.start.run) else { return }
            entry.channel?.close(promise: nil)
            finish(run.start.run, outcome, run.phases)
        }
        state.value.channels[start.run] = (run, nil)
        let bound = NIOLoopBound(run, eventLoop: eventLoop)
        ClientBootstrap(group: eventLoop)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try self.fill(channel, bound.value) }
            }
            .withConnectedSocket(start.socket)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel):
                    if self.state.value.channels[start.run] != nil {
                        self.state.value.channels[start.run]?.channel = channel
                    } else {
                        channel.close(promise: nil)
                    }
                case .failure(let error):
                    bound.value.giveUp("\(start.kind.name) \(start.endpoint): \(error)")
                }
            }
    }

    private func fill(_ channel: any Channel, _ run: StreamRun) throws {
        let pipeline = channel.pipeline.syncOperations
        switch run.start.kind {
        case .tcpExchange(let exchange):
            try pipeline.addHandler(ExchangeHandler(run, exchange, expression(exchange.pattern)))
        case .tls(let expectation):
            try pipeline.addHandler(security(expectation, isForHTTP: false))
            try pipeline.addHandler(HandshakeHandler(run, expectation, isWholeProbe: true))
        case .http(let expectation):
            if let tls = expectation.tls {
                try pipeline.addHandler(security(tls, isForHTTP: true))
                try pipeline.addHandler(HandshakeHandler(run, tls, isWholeProbe: false))
            }
            try pipeline.addHTTPClientHandlers()
            try pipeline.addHandler(
                HTTPHandler(run, expectation, expression(expectation.pattern), userAgent: "tandem-director")
            )
        case .tcp, .udp, .dns, .icmp, .icmpFullFrame, .command:
            preconditionFailure("\(run.start.kind.name) does not speak over a connection")
        }
    }

    private func expression(_ pattern: AnswerPattern?) -> RegularExpression? {
        guard case .matches(let text) = pattern else { return nil }
        if let known = state.value.expressions[text] { return known }
        let made = RegularExpression(text)
        state.value.expressions[text] = made
        return made
    }

    private func security(_ expectation: TLSExpectation, isForHTTP: Bool) throws -> NIOSSLClientHandler {
        let key = ContextKey(
            verification: expectation.verification,
            authorityFile: expectation.authorityFile,
            isForHTTP: isForHTTP,
        )
        let context: NIOSSLContext
        if let known = state.value.contexts[key] {
            context = known
        } else {
            var settings = TLSConfiguration.makeClientConfiguration()
            // A server of another protocol refuses a client that offers this one alone (RFC 7301, section 3.2).
            settings.applicationProtocols = isForHTTP ? ["http/1.1"] : []
            switch expectation.verification {
            case .none:
                settings.certificateVerification = .none
                // Reading the system's authorities takes long, and nobody asks them.
                settings.trustRoots = .certificates([])
            case .chain: settings.certificateVerification = .noHostnameVerification
            case .name: settings.certificateVerification = .fullVerification
            }
            if let file = expectation.authorityFile { settings.trustRoots = .file(file) }
            context = try NIOSSLContext(configuration: settings)
            state.value.contexts[key] = context
        }
        return try NIOSSLClientHandler(context: context, serverHostname: expectation.serverName)
    }
}
