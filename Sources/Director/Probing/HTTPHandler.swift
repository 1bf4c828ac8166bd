import Health
import Linux
import NIOCore
import NIOHTTP1
import Primitives

/// Makes one HTTP request on a connection of its own and judges the response.
final class HTTPHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    private let run: StreamRun
    private let expectation: HTTPExpectation
    private let expression: RegularExpression?
    private var status: Int?
    private var body: [UInt8] = []

    init(_ run: StreamRun, _ expectation: HTTPExpectation, _ expression: RegularExpression?) {
        self.run = run
        self.expectation = expectation
        self.expression = expression
    }

    func channelActive(context: ChannelHandlerContext) {
        var fields = HTTPHeaders()
        fields.add(
            name: "Host",
            value: expectation.host ?? Self.host(run.start.endpoint, isSecure: expectation.tls != nil)
        )
        // A connection that is kept would hide that no new one is taken.
        fields.add(name: "Connection", value: "close")
        fields.add(name: "User-Agent", value: "tandem-director")
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

    /// The Host field of an endpoint, without the scheme's own port (RFC 9110 section 7.2).
    static func host(_ endpoint: Endpoint, isSecure: Bool) -> String {
        guard endpoint.port == (isSecure ? 443 : 80) else { return "\(endpoint)" }
        return endpoint.address.family == .ipv6 ? "[\(endpoint.address)]" : "\(endpoint.address)"
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        run.answered()
        switch unwrapInboundIn(data) {
        case .head(let head):
            guard head.status.code >= 200 else { return }
            status = Int(head.status.code)
            if !expectation.accepts(Int(head.status.code)) {
                run.fail(.probeStatusWrong, "\(run.name)\(expectation.path) answers \(head.status.code)")
            }
        case .body(let part):
            body += part.readableBytesView.prefix(max(0, expectation.maximumBody - body.count))
            if body.count >= expectation.maximumBody { judge() }
        case .end:
            judge()
        }
    }

    private func judge() {
        guard status != nil else { return }
        guard expectation.pattern.map({ $0.isMet(by: body, expression) }) ?? true else {
            return run.fail(
                .probeUnexpectedAnswer,
                "\(run.name)\(expectation.path): the \(body.count) bytes of its body are not what was expected",
            )
        }
        run.pass()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { run.fail(with: error) }

    func channelInactive(context: ChannelHandlerContext) {
        run.fail(.probeClosed, "\(run.name) closes the connection before its answer is complete")
    }
}
