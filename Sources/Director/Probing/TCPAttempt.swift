import CLinux
import Glibc
import Health
import Linux
import Primitives

import struct SystemPackage.Errno

/// One TCP probe under way: a nonblocking connect whose end is always a reset.
final class TCPAttempt: ProbeAttempt {
    /// What connects.
    let socket: ProbeSocket
    private let target: Endpoint
    /// When the run began.
    let startedAt: MonotonicInstant

    /// How a connect began.
    enum Start {
        /// It is under way.
        case pending(TCPAttempt)
        /// It stands already.
        case connected(TCPAttempt)
        /// It is over already.
        case done(ProbeOutcome)
    }

    var descriptors: [Int32] { [socket.raw] }

    private init(_ socket: ProbeSocket, _ target: Endpoint, at now: MonotonicInstant) {
        self.socket = socket
        self.target = target
        startedAt = now
    }

    /// Begins to connect from an address of the director's own, by a socket of the pool if there is one.
    static func start(
        _ target: Endpoint,
        from source: IPAddress,
        by pooled: ProbeSocket?,
        at now: MonotonicInstant,
    ) -> Start {
        let socket: ProbeSocket
        switch pooled.map({ ProbeSocket.Opening.open($0) }) ?? ProbeSocket.open(from: source) {
        case .open(let opened): socket = opened
        case .failed(let evidence): return .done(.couldNotRun(evidence: evidence))
        }
        let attempt = TCPAttempt(socket, target, at: now)
        switch SocketAddress.connect(socket.raw, to: target) {
        case nil:
            return .connected(attempt)
        case .nowInProgress?:
            return .pending(attempt)
        case .connectionRefused?:
            return .done(.failed(.probeRefused, evidence: "\(target) refuses the connection"))
        case let error?:
            // The kernel did not even try: no route, no port, a packet filter.
            return .done(.couldNotRun(evidence: "connect to \(target): \(error)"))
        }
    }

    /// Another descriptor of the connection, which outlives this attempt and is the caller's.
    func duplicate() throws(Errno) -> Int32 {
        try SystemCall.run { fcntl(socket.raw, F_DUPFD_CLOEXEC, 3) }
    }

    func advance(at now: MonotonicInstant) -> ProbeOutcome? { outcome(at: now) }

    /// What a connect that has come to its end gave.
    func outcome(at now: MonotonicInstant) -> ProbeOutcome {
        switch SocketAddress.pendingError(socket.raw) {
        case nil: .passed(now - startedAt)
        case .connectionRefused?: .failed(.probeRefused, evidence: "\(target) refuses the connection")
        case .connectionReset?: .failed(.probeReset, evidence: "\(target) resets the connection")
        case .timedOut?: timedOut
        case let error?: .failed(.probeUnreachable, evidence: "\(target): \(error)")
        }
    }

    /// What the probe gave when its time is up: the answer may wait unread on a machine that was late.
    func expire(at now: MonotonicInstant) -> ProbeOutcome {
        SocketAddress.isSettled(socket.raw) ? outcome(at: now) : timedOut
    }

    private var timedOut: ProbeOutcome { .failed(.probeTimedOut, evidence: "\(target) does not answer") }
}
