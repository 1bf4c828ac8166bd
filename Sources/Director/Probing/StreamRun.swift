import Checks
import Health
import Linux
import NIOCore
import Primitives

/// A run over a TCP connection that stands, confined to its event loop.
final class StreamRun {
    /// What to do over which connection.
    struct Start: Sendable {
        var run: ProbeRun
        var kind: ProbeKind
        var endpoint: Endpoint
        /// The connected socket, which belongs to the run from now on.
        var socket: Int32
        var startedAt: MonotonicInstant
        var connectedAt: MonotonicInstant
    }

    let start: Start
    private(set) var phases = ProbePhases()
    private let finished: (StreamRun, ProbeOutcome) -> Void
    private var isFinished = false

    init(_ start: Start, finished: @escaping (StreamRun, ProbeOutcome) -> Void) {
        self.start = start
        self.finished = finished
        phases.connected = start.connectedAt - start.startedAt
    }

    /// The end that is probed, for the evidence.
    var name: String { "\(start.endpoint)" }

    private var elapsed: Interval { Clock.now - start.startedAt }

    /// The handshake is finished.
    func secured(daysLeft: Int?) {
        phases.secured = elapsed
        phases.certificateDaysLeft = daysLeft
    }

    /// A part of the answer has come.
    func answered() { phases.answered = phases.answered ?? elapsed }

    /// The answer is the expected one.
    func pass() { end(.passed(elapsed)) }

    /// The answer is another one, or none.
    func fail(_ reason: Reason, _ evidence: String) { end(.failed(reason, evidence: evidence)) }

    /// The run said nothing about the target.
    func giveUp(_ evidence: String) { end(.couldNotRun(evidence: evidence)) }

    private func end(_ outcome: ProbeOutcome) {
        guard !isFinished else { return }
        isFinished = true
        finished(self, outcome)
    }

    /// The time is up: says how far the run came.
    func expire() {
        if phases.answered != nil {
            fail(.probeTimedOut, "\(name) has not finished its answer")
        } else if usesTLS, phases.secured == nil {
            fail(.probeTimedOut, "\(name) accepts the connection and does not finish the TLS handshake")
        } else {
            fail(.probeTimedOut, "\(name) accepts the connection and does not answer")
        }
    }

    private var usesTLS: Bool {
        switch start.kind {
        case .tls: true
        case .http(let expectation): expectation.tls != nil
        case .tcp, .tcpExchange, .udp, .dns, .icmp, .icmpFullFrame, .command: false
        }
    }
}
