import CLinux
import Checks
import Glibc
import HTTPCheck
import Health
import Linux
import Primitives

import struct SystemPackage.Errno

/// One run of a probe by datagrams: UDP, DNS, or ICMP echo.
final class DatagramAttempt: ProbeAttempt {
    /// What is sent, and what an answer means.
    enum Question {
        case exchange(ByteExchange, RegularExpression?)
        case dns(DNSExpectation, identifier: UInt16)
        case echo(EchoMessage)
        /// One that always fits, and one that fills the frame.
        case fullEcho(EchoMessage, EchoMessage)
    }

    private let descriptor: FileDescriptor
    private let target: Endpoint
    private let question: Question
    private let startedAt: MonotonicInstant
    /// What the last datagram was that is not the answer.
    private var surprise: ProbeOutcome?
    /// Whether the short one of two echo requests was answered.
    private var isSmallAnswered = false
    /// Whether a router on the way said that something was too long.
    private var isTooLong = false

    var descriptors: [Int32] { [descriptor.raw] }

    private init(
        _ descriptor: consuming FileDescriptor,
        _ target: Endpoint,
        _ question: Question,
        _ now: MonotonicInstant
    ) {
        self.descriptor = descriptor
        self.target = target
        self.question = question
        startedAt = now
    }

    /// Sends the question from an address.
    static func start(
        _ question: Question,
        _ target: Endpoint,
        from source: IPAddress,
        at now: MonotonicInstant,
    ) -> AttemptStart {
        let attempt: DatagramAttempt
        do throws(Errno) {
            let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
            let family = Int32(target.address.family.rawValue)
            let (type, number) = Self.socketType(question, target.address.family)
            let opened = FileDescriptor(consuming: try SystemCall.run { socket(family, type | flags, number) })
            attempt = DatagramAttempt(opened, target, question, now)
        } catch {
            return .done(.couldNotRun(evidence: "socket: \(error)"))
        }
        let raw = attempt.descriptor.raw
        if let error = SocketAddress.bind(raw, to: Endpoint(address: source, port: 0)) {
            return .done(.couldNotRun(evidence: "bind to \(source): \(error)"))
        }
        if case .fullEcho = question {
            do throws(Errno) {
                // IP_PMTUDISC_PROBE: DF is set, and what is known of the path's MTU is not asked.
                switch target.address.family {
                case .ipv4: try SystemCall.setOption(raw, Int32(IPPROTO_IP), IP_MTU_DISCOVER, 3)
                case .ipv6: try SystemCall.setOption(raw, Int32(IPPROTO_IPV6), IPV6_MTU_DISCOVER, 3)
                }
            } catch {
                return .done(.couldNotRun(evidence: "DF: \(error)"))
            }
        }
        // Connected, so that the kernel drops what others send and tells of ICMP errors.
        if let error = SocketAddress.connect(raw, to: target) {
            return .done(.couldNotRun(evidence: "connect to \(target): \(error)"))
        }
        for bytes in question.requests(from: source, to: target.address) {
            if let outcome = attempt.send(bytes) { return .done(outcome) }
        }
        return .pending(attempt)
    }

    private func send(_ bytes: [UInt8]) -> ProbeOutcome? {
        let raw = descriptor.raw
        do throws(Errno) {
            try SystemCall.run {
                unsafe bytes.withUnsafeBytes { unsafe Glibc.send(raw, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            return nil
        } catch .connectionRefused {
            return .failed(.probeRefused, evidence: "\(target) refuses the datagram")
        } catch {
            // The way there begins at an interface of a smaller MTU than the LAN's.
            if error == .messageTooLong, let frame = fullFrame {
                return .failed(
                    .pathMTUTooSmall,
                    evidence: "\(frame) octets are too many for the interface by which \(named) is reached",
                )
            }
            return .couldNotRun(evidence: "send to \(target): \(error)")
        }
    }

    private static func socketType(_ question: Question, _ family: AddressFamily) -> (type: Int32, protocol: Int32) {
        switch question {
        case .exchange, .dns: (Int32(SOCK_DGRAM.rawValue), 0)
        case .echo, .fullEcho: (Int32(SOCK_RAW.rawValue), family == .ipv4 ? 1 : 58)
        }
    }

    func advance(at now: MonotonicInstant) -> ProbeOutcome? {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        // Strangers' datagrams are few; a flood of them goes on the next turn.
        for _ in 0..<16 {
            do throws(Errno) {
                let count = try SystemCall.runUnlessBlocking {
                    unsafe bytes.withUnsafeMutableBytes { unsafe recv(descriptor.raw, $0.baseAddress, $0.count, 0) }
                }
                guard let count else { return nil }
                let limit = if case .exchange(let exchange, _) = question { exchange.maximumAnswer } else { 65_536 }
                guard let outcome = judge(Array(bytes.prefix(min(count, limit))), at: now) else { continue }
                guard case .failed = outcome, case .exchange = question else { return outcome }
                surprise = outcome
            } catch .connectionRefused {
                return .failed(.probeRefused, evidence: "\(target) refuses the datagram")
            } catch {
                // Of ICMP "fragmentation needed" the kernel tells every raw socket of the two addresses, whoever sent what
                // was too long. Only where no answer comes either was it this request.
                guard error == .messageTooLong, isEcho else {
                    return .failed(.probeUnreachable, evidence: "\(target): \(error)")
                }
                isTooLong = true
            }
        }
        return nil
    }

    private func judge(_ bytes: [UInt8], at now: MonotonicInstant) -> ProbeOutcome? {
        let time = now - startedAt
        switch question {
        case .exchange(let exchange, let expression):
            guard exchange.pattern.map({ $0.isMet(by: bytes, expression) }) ?? true else {
                return .failed(
                    .probeUnexpectedAnswer,
                    evidence: "\(target) answers \(ProbeText.shown(bytes)), which is not what was expected",
                )
            }
            return .passed(time)
        case .dns(let expectation, let identifier):
            return expectation.judge(bytes, identifier: identifier, after: time)
        case .echo(let message):
            return message.isAnswered(by: bytes, family: target.address.family) ? .passed(time) : nil
        case .fullEcho(let small, let large):
            if small.isAnswered(by: bytes, family: target.address.family) { isSmallAnswered = true }
            return large.isAnswered(by: bytes, family: target.address.family) ? .passed(time) : nil
        }
    }

    func expire(at now: MonotonicInstant) -> ProbeOutcome {
        advance(at: now) ?? surprise ?? mtuProblem ?? .failed(.probeTimedOut, evidence: "\(named) does not answer")
    }

    private var mtuProblem: ProbeOutcome? {
        guard let fullFrame, isSmallAnswered || isTooLong else { return nil }
        let evidence =
            isTooLong
            ? "a router on the way to \(named) says that a frame is too long, and none of \(fullFrame) octets is answered"
            : "\(named) answers a short echo request and none of \(fullFrame) octets"
        return .failed(.pathMTUTooSmall, evidence: evidence)
    }

    /// How many octets fill the frame, if that is what is asked.
    private var fullFrame: Int? {
        if case .fullEcho(_, let large) = question { large.packetLength ?? 0 } else { nil }
    }

    private var named: String { isEcho ? "\(target.address)" : "\(target)" }

    private var isEcho: Bool {
        switch question {
        case .echo, .fullEcho: true
        case .exchange, .dns: false
        }
    }
}

extension DatagramAttempt.Question {
    fileprivate func requests(from source: IPAddress, to target: IPAddress) -> [[UInt8]] {
        switch self {
        case .exchange(let exchange, _): [exchange.request]
        case .dns(let expectation, let identifier):
            [DNSMessage.query(expectation.name, type: expectation.type.number, identifier: identifier)]
        case .echo(let message): [message.encode(family: target.family)]
        case .fullEcho(let small, let large):
            [small.encode(family: target.family), large.encode(family: target.family)]
        }
    }
}
