internal import AgentCore
internal import Checks
internal import HTTPCheck
package import Linux
package import NIOCore
internal import NIOHTTP1
internal import NIOPosix
internal import Primitives
package import SystemPackage

/// Makes the HTTP requests of checks and gauges, on an event loop that it shares.
///
/// Every request that was begun is answered once.
package final class LocalRequests: Sendable {
    /// How many requests may run at once; there is room for their results.
    static let limit = 64

    /// What became of the requests.
    package let results: Mailbox<LocalRunResult>
    private let eventLoop: any EventLoop

    /// Makes it; nothing runs until a request is begun.
    package init(on eventLoop: any EventLoop) throws(Errno) {
        results = try Mailbox(capacity: Self.limit, whenFull: .refuse)
        self.eventLoop = eventLoop
    }

    /// Begins a request.
    func begin(_ run: LocalRun, _ expectation: HTTPExpectation, at endpoint: Endpoint) {
        eventLoop.execute { self.ask(run, expectation, endpoint) }
    }

    private func ask(_ run: LocalRun, _ expectation: HTTPExpectation, _ endpoint: Endpoint) {
        let request = LocalRequest(run, endpoint) { [results] in results.post(LocalRunResult(run: run, outcome: $0)) }
        let bound = NIOLoopBound(request, eventLoop: eventLoop)
        let timeout = TimeAmount.nanoseconds(run.timeout.nanoseconds)
        request.timer = eventLoop.scheduleTask(in: timeout) { bound.value.expire() }
        let address: NIOCore.SocketAddress
        do {
            address = try NIOCore.SocketAddress(ipAddress: "\(endpoint.address)", port: Int(endpoint.port))
        } catch {
            return request.end(.notRun("\(error)"))
        }
        ClientBootstrap(group: eventLoop)
            .connectTimeout(timeout)
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    try pipeline.addHTTPClientHandlers()
                    let expression = RegularExpression(expectation.pattern)
                    try pipeline.addHandler(
                        HTTPHandler(bound.value, expectation, expression, userAgent: "tandem-agent")
                    )
                }
            }
            .connect(to: address)
            .assumeIsolated()
            .whenComplete { result in
                switch result {
                case .success(let channel): bound.value.opened(channel)
                case .failure(let error): bound.value.fail(with: error)
                }
            }
    }
}
