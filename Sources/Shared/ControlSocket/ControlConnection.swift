internal import NIOCore
internal import Primitives

/// One client of a control socket: takes its requests line by line, one at a time, on the event loop.
final class ControlConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let handler: ControlServer.Handler
    private let limits: ControlLimits
    private var channel: (any Channel)?
    private var received = ByteBuffer()
    private var timer: Scheduled<Void>?
    /// Counts the requests, so that an answer that comes too late is none to the next one.
    private var request: UInt64 = 0
    private var isAnswerAwaited = false
    /// Whether the last answer has not left yet: who does not read is asked for no more requests.
    private var isAnswering = false

    init(limits: ControlLimits, handler: @escaping ControlServer.Handler) {
        self.limits = limits
        self.handler = handler
    }

    func channelActive(context: ChannelHandlerContext) {
        channel = context.channel
        startIdleTimer(context.channel)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        timer?.cancel()
        channel = nil
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        received.writeBuffer(&buffer)
        takeRequest()
        if received.readableBytes > limits.requestSize { refuse("too much is asked ahead") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }

    private func takeRequest() {
        guard !isAnswerAwaited, !isAnswering, let channel else { return }
        let lineFeed = UInt8(ascii: "\n")
        let end = received.readableBytesView.firstIndex(of: lineFeed)
        let size = end.map { $0 - received.readerIndex + 1 } ?? received.readableBytes
        guard size <= limits.requestSize else {
            refuse("the request exceeds \(limits.requestSize) bytes")
            return
        }
        guard end != nil, let line = received.readBytes(length: size) else { return }
        received.discardReadBytes()
        request += 1
        isAnswerAwaited = true
        startTimer(channel, limits.answerTimeout.nanoseconds) { self.refuse("the program did not answer in time") }
        handler(line.dropLast(), ControlReply(connection: self, eventLoop: channel.eventLoop, request: request))
    }

    /// Sends the answer to a request, unless it is too late.
    func answer(_ answer: ControlJSON.Answer<some Encodable>, to request: UInt64) {
        guard isAnswerAwaited, request == self.request, let channel else { return }
        isAnswerAwaited = false
        startIdleTimer(channel)
        do throws(ControlJSON.Failure) {
            let text = try ControlJSON.text(answer) + "\n"
            isAnswering = true
            channel.writeAndFlush(ByteBuffer(string: text)).assumeIsolated().whenSuccess {
                self.isAnswering = false
                self.takeRequest()
            }
        } catch {
            refuse("the answer cannot be encoded: \(error)")
        }
    }

    /// Says what is wrong and closes.
    private func refuse(_ reason: String) {
        guard let channel else { return }
        isAnswerAwaited = false
        request += 1
        received.clear()
        let answer = ControlJSON.Answer<String>(result: nil, error: reason)
        if let text = try? ControlJSON.text(answer) {
            channel.writeAndFlush(ByteBuffer(string: text + "\n"), promise: nil)
        }
        channel.close(promise: nil)
    }

    private func startIdleTimer(_ channel: any Channel) {
        startTimer(channel, limits.idleTimeout.nanoseconds) { channel.close(promise: nil) }
    }

    private func startTimer(_ channel: any Channel, _ nanoseconds: Int64, _ action: @escaping () -> Void) {
        timer?.cancel()
        timer = channel.eventLoop.assumeIsolated().scheduleTask(in: .nanoseconds(nanoseconds)) { action() }
    }
}
