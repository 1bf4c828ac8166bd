import Checks
import HTTPCheck
import Health
import Linux
import NIOCore

/// Sends a request of bytes and reads until the answer is the expected one, or too long to become it.
final class ExchangeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let run: StreamRun
    private let exchange: ByteExchange
    private let expression: RegularExpression?
    private var answer: [UInt8] = []

    init(_ run: StreamRun, _ exchange: ByteExchange, _ expression: RegularExpression?) {
        self.run = run
        self.exchange = exchange
        self.expression = expression
    }

    func channelActive(context: ChannelHandlerContext) {
        guard !exchange.request.isEmpty else { return }
        context.writeAndFlush(wrapOutboundOut(context.channel.allocator.buffer(bytes: exchange.request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        run.answered()
        let part = unwrapInboundIn(data).readableBytesView
        answer += part.prefix(max(0, exchange.maximumAnswer - answer.count))
        guard let pattern = exchange.pattern else { return run.pass() }
        if pattern.isMet(by: answer, expression) { return run.pass() }
        if answer.count >= exchange.maximumAnswer { fail("in \(answer.count) bytes") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { run.fail(with: error) }

    func channelInactive(context: ChannelHandlerContext) {
        guard !answer.isEmpty else {
            return run.fail(.probeClosed, "\(run.name) closes the connection without an answer")
        }
        fail("and the connection is closed")
    }

    private func fail(_ where: String) {
        run.fail(
            .probeUnexpectedAnswer,
            "\(run.name) answers \(ProbeText.shown(answer)), not what was expected \(`where`)",
        )
    }
}
