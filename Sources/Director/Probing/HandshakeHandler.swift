import Checks
import Glibc
import Health
import NIOCore
import NIOSSL
import NIOTLS

/// Follows a TLS handshake and judges the certificate; for a probe of TLS alone that is the whole answer.
final class HandshakeHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private let run: StreamRun
    private let expectation: TLSExpectation
    private let isWholeProbe: Bool

    init(_ run: StreamRun, _ expectation: TLSExpectation, isWholeProbe: Bool) {
        self.run = run
        self.expectation = expectation
        self.isWholeProbe = isWholeProbe
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted? = event as? TLSUserEvent { judge(context) }
        context.fireUserInboundEventTriggered(event)
    }

    private func judge(_ context: ChannelHandlerContext) {
        let handler = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
        // An expiry is a date of the wall clock.
        let daysLeft = handler?.peerCertificate.map {
            ($0.notValidAfter - time(nil)) / 86_400 - ($0.notValidAfter < time(nil) ? 1 : 0)
        }
        run.secured(daysLeft: daysLeft)
        if let problem = daysLeft.flatMap({ expectation.problem(daysLeft: $0) }) {
            run.fail(.certificateExpiring, "\(run.name): \(problem)")
        } else if isWholeProbe {
            run.pass()
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard isWholeProbe else { return context.fireErrorCaught(error) }
        run.fail(with: error)
    }

    func channelInactive(context: ChannelHandlerContext) {
        if isWholeProbe { run.fail(.probeClosed, "\(run.name) closes the connection during the handshake") }
        context.fireChannelInactive()
    }
}
