internal import NIOCore
internal import NIOSSL
internal import NIOTLS
internal import Primitives

/// The end of a connection's pipeline: follows the handshake, passes bytes on, and stops reading while it must.
final class LinkHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// How far the connection has come.
    enum Phase {
        case handshaking
        case open
        case ended
    }

    private let table: LinkTable
    private let judge: PeerJudge
    private let identifier: LinkIdentifier
    private var handshakeTimer: Scheduled<Void>?
    private var hasHeldRead = false
    private(set) var phase = Phase.handshaking

    init(table: LinkTable, judge: PeerJudge, identifier: LinkIdentifier) {
        self.table = table
        self.judge = judge
        self.identifier = identifier
    }

    func channelActive(context: ChannelHandlerContext) {
        let timeout = TimeAmount.nanoseconds(table.limits.handshakeTimeout.nanoseconds)
        handshakeTimer = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) {
            self.end(.refused(.handshakeTimedOut))
        }
        context.fireChannelActive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent, case .handshaking = phase {
            open(context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    private func open(_ context: ChannelHandlerContext) {
        handshakeTimer?.cancel()
        // A second look at the key: the pins may have changed during the handshake.
        let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate()
        guard let fingerprint = judge.verify(certificate) else {
            end(.refused(judge.refusal ?? .noCertificate))
            return
        }
        phase = .open
        table.opened(identifier, fingerprint)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .open = phase else { return }
        let buffer = unwrapInboundIn(data)
        table.received(identifier, Array(buffer.readableBytesView))
    }

    /// Passes a read on, or holds it back while the owner has no room for more.
    func read(context: ChannelHandlerContext) {
        if table.isBlocked {
            hasHeldRead = true
        } else {
            context.read()
        }
    }

    /// Makes up for the read that was held back.
    func resume(_ channel: any Channel) {
        guard hasHeldRead else { return }
        hasHeldRead = false
        channel.read()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if case .open = phase, !context.channel.isWritable { end(.slowPeer) }
        context.fireChannelWritabilityChanged()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .handshaking = phase, let refusal = judge.refusal {
            end(.refused(refusal))
        } else {
            end(LinkClosure(error, whileHandshaking: isHandshaking))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(isHandshaking ? .refused(.abandoned) : .closedByPeer)
        context.fireChannelInactive()
    }

    private var isHandshaking: Bool {
        if case .handshaking = phase { true } else { false }
    }

    /// Ends the connection for a reason; only the first one counts.
    func end(_ closure: LinkClosure) {
        if case .ended = phase { return }
        phase = .ended
        handshakeTimer?.cancel()
        table.ended(identifier, closure)
    }
}
