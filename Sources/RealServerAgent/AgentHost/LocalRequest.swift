internal import AgentCore
internal import Checks
internal import HTTPCheck
internal import NIOCore
internal import NIOHTTP1
internal import Primitives

/// One HTTP request to the node itself, confined to its event loop.
final class LocalRequest: HTTPRun {
    private let run: LocalRun
    let endpoint: Endpoint
    private var finish: ((LocalRunOutcome) -> Void)?
    private var channel: (any Channel)?
    private var hasConnected = false
    private var hasAnswered = false
    /// What ends it when its time is up.
    var timer: Scheduled<Void>?

    init(_ run: LocalRun, _ endpoint: Endpoint, _ finish: @escaping (LocalRunOutcome) -> Void) {
        self.endpoint = endpoint
        self.run = run
        self.finish = finish
    }

    /// The connection stands.
    func opened(_ channel: any Channel) {
        guard finish != nil else { return channel.close(promise: nil) }
        hasConnected = true
        self.channel = channel
    }

    /// Ends it, unless it has ended.
    func end(_ outcome: LocalRunOutcome) {
        guard let finish else { return }
        self.finish = nil
        timer?.cancel()
        channel?.close(promise: nil)
        finish(outcome)
    }

    /// The time is up: says how far it came.
    func expire() {
        guard hasConnected else { return end(.timedOut) }
        end(.failed("\(run) \(hasAnswered ? "has not finished its answer" : "does not answer")"))
    }

    func answered() { hasAnswered = true }

    func pass(status: Int, body: [UInt8]) { end(.passed("\(run) answers \(status)", answer: body)) }

    func fail(_ fault: HTTPFault, _ evidence: String) { end(.failed(evidence)) }

    func fail(with error: any Error) {
        switch error {
        case ChannelError.connectTimeout: end(.timedOut)
        case HTTPParserError.invalidEOFState:
            end(.failed("\(run): the connection is closed before the answer is complete"))
        case is HTTPParserError: end(.failed("\(run): not HTTP, \(error)"))
        default: end(.failed("\(run): \(ProbeText.shown(Array("\(error)".utf8), atMost: 160))"))
        }
    }
}
