package import Checks
package import Linux
package import NIOCore
package import NIOHTTP1
internal import Primitives

/// Makes one HTTP request on a connection of its own and judges the response.
package final class HTTPHandler<Run: HTTPRun>: ChannelInboundHandler {
    package typealias InboundIn = HTTPClientResponsePart
    package typealias OutboundOut = HTTPClientRequestPart

    private let run: Run
    private let userAgent: String
    private let expectation: HTTPExpectation
    private let expression: RegularExpression?
    private var status: Int?
    private var body: [UInt8] = []

    /// Makes the handler of a connection that is to stand; the expression is the compiled form of the pattern.
    package init(
        _ run: Run,
        _ expectation: HTTPExpectation,
        _ expression: RegularExpression?,
        userAgent: String,
    ) {
        self.run = run
        self.userAgent = userAgent
        self.expectation = expectation
        self.expression = expression
    }

    package func channelActive(context: ChannelHandlerContext) {
        var fields = HTTPHeaders()
        fields.add(name: "Host", value: expectation.hostField(run.endpoint))
        // A connection that is kept would hide that no new one is taken.
        fields.add(name: "Connection", value: "close")
        fields.add(name: "User-Agent", value: userAgent)
        fields.add(name: "Accept", value: "*/*")
        for field in expectation.fields { fields.replaceOrAdd(name: field.name, value: field.value) }
        let head = HTTPRequestHead(
            version: .http1_1,
            method: HTTPMethod(rawValue: expectation.method),
            uri: expectation.path,
            headers: fields,
        )
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        run.answered()
        switch unwrapInboundIn(data) {
        case .head(let head):
            // Of what comes before the answer, 101 alone is one: nothing of HTTP follows it (RFC 9110, section 15.2.2).
            guard head.status.code >= 200 || head.status.code == 101 else { return }
            status = Int(head.status.code)
            if !expectation.accepts(Int(head.status.code)) {
                run.fail(.status, "\(run.endpoint)\(expectation.path) answers \(head.status.code)")
            } else if head.status.code == 101 {
                judge()
            }
        case .body(let part):
            body += part.readableBytesView.prefix(max(0, expectation.maximumBody - body.count))
            if body.count >= expectation.maximumBody { judge() }
        case .end:
            judge()
        }
    }

    private func judge() {
        guard let status else { return }
        guard expectation.pattern.map({ $0.isMet(by: body, expression) }) ?? true else {
            return run.fail(
                .body,
                "\(run.endpoint)\(expectation.path): the \(body.count) bytes of its body are not what was expected",
            )
        }
        run.pass(status: status, body: body)
    }

    package func errorCaught(context: ChannelHandlerContext, error: any Error) { run.fail(with: error) }

    package func channelInactive(context: ChannelHandlerContext) {
        run.fail(.closed, "\(run.endpoint) closes the connection before its answer is complete")
    }
}
