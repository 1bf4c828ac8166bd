import CLinux
import Glibc
import Health
import Linux
import Primitives

import struct SystemPackage.Errno

/// One TCP probe under way: a nonblocking connect whose end is always a reset.
final class TCPAttempt: ProbeAttempt {
    /// The socket, closed by RST because `SO_LINGER` is on with 0 seconds (socket(7)).
    let descriptor: FileDescriptor
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

    /// `struct linger`: on, with 0 seconds.
    private static let reset: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]

    var descriptors: [Int32] { [descriptor.raw] }

    private init(_ descriptor: consuming FileDescriptor, _ target: Endpoint, at now: MonotonicInstant) {
        self.descriptor = descriptor
        self.target = target
        startedAt = now
    }

    /// Begins to connect from an address of the director's own.
    static func start(_ target: Endpoint, from source: IPAddress, at now: MonotonicInstant) -> Start {
        let attempt: TCPAttempt
        do throws(Errno) {
            let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let family = Int32(target.address.family.rawValue)
            let opened = FileDescriptor(consuming: try SystemCall.run { socket(family, type, 0) })
            attempt = TCPAttempt(opened, target, at: now)
            let raw = attempt.descriptor.raw
            try SystemCall.setOption(raw, SOL_SOCKET, SO_LINGER, bytes: reset)
            // The port is chosen by connect, so that one port serves for many targets.
            try SystemCall.setOption(raw, Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1)
        } catch {
            return .done(.couldNotRun(evidence: "socket: \(error)"))
        }
        let raw = attempt.descriptor.raw
        if let error = SocketAddress.bind(raw, to: Endpoint(address: source, port: 0)) {
            return .done(.couldNotRun(evidence: "bind to \(source): \(error)"))
        }
        switch SocketAddress.connect(raw, to: target) {
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
        try SystemCall.run { fcntl(descriptor.raw, F_DUPFD_CLOEXEC, 3) }
    }

    func advance(at now: MonotonicInstant) -> ProbeOutcome? { outcome(at: now) }

    /// What a connect that has come to its end gave.
    func outcome(at now: MonotonicInstant) -> ProbeOutcome {
        switch SocketAddress.pendingError(descriptor.raw) {
        case nil: .passed(now - startedAt)
        case .connectionRefused?: .failed(.probeRefused, evidence: "\(target) refuses the connection")
        case .connectionReset?: .failed(.probeReset, evidence: "\(target) resets the connection")
        case .timedOut?: timedOut
        case let error?: .failed(.probeUnreachable, evidence: "\(target): \(error)")
        }
    }

    /// What the probe gave when its time is up: the answer may wait unread on a machine that was late.
    func expire(at now: MonotonicInstant) -> ProbeOutcome {
        SocketAddress.isSettled(descriptor.raw) ? outcome(at: now) : timedOut
    }

    private var timedOut: ProbeOutcome { .failed(.probeTimedOut, evidence: "\(target) does not answer") }
}
