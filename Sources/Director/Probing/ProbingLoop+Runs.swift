import Checks
import HTTPCheck
import Health
import Linux
import Primitives
import SystemPackage

/// Beginning runs of every kind.
extension ProbingLoop {
    /// Starts a run; gives its outcome if it is over at once.
    mutating func start(
        _ run: ProbeRun,
        _ check: ProbeCheck,
        _ comparesRealAddress: Bool,
    ) -> ProbeOutcome? {
        let now = Clock.now
        guard let demand else { return .couldNotRun(evidence: "nothing is demanded") }
        if case .real(.command, _, _) = check {
            commands.enqueue(run, check)
            return nil
        }
        let own = currentAddresses(demand, at: now)
        switch check {
        case .tcp(let target):
            guard let source = own.source(for: target.address) else { return .couldNotRun(evidence: missing(own)) }
            return connect(run, to: target, from: source, kind: .tcp, at: now)
        case .real(let kind, let target, let chosen):
            guard let source = chosen ?? own.source(for: target.address) else {
                return .couldNotRun(evidence: missing(own))
            }
            guard let question = question(kind, run) else {
                return connect(run, to: target, from: source, kind: kind, at: now)
            }
            return take(run, DatagramAttempt.start(question, target, from: source, at: now), interest: .read)
        case .directPath(let virtual, let real):
            guard let source = own.source(for: real.address) else {
                return .couldNotRun(evidence: missing(own))
            }
            if let trouble = open(demand.interface, source, at: now) { return .couldNotRun(evidence: trouble) }
            return paths.start(run, virtual: virtual, real: real, comparesRealAddress, at: now)
        }
    }

    /// Starts the commands whose turn has come; their time counts from now on.
    mutating func startCommands() {
        guard !commands.isEmpty else { return }
        var room = CommandAttempt.limit - attempts.values.count { $0 is CommandAttempt }
        while room > 0, let (run, check) = commands.next() {
            guard case .real(.command(let command), let target, _) = check, prober.start(of: run) != nil else {
                continue
            }
            let now = Clock.now
            apply(prober.handle(.delayed(run), at: now))
            if let outcome = take(run, CommandAttempt.start(command, for: target, at: now), interest: .read) {
                apply(prober.handle(.finished(run, outcome), at: Clock.now))
            } else {
                room -= 1
            }
        }
    }

    /// What a probe by datagrams asks; nothing for the kinds that need a connection.
    private mutating func question(_ kind: ProbeKind, _ run: ProbeRun) -> DatagramAttempt.Question? {
        let random = generator.next()
        switch kind {
        case .udp(let exchange):
            return .exchange(exchange, RegularExpression(exchange.pattern))
        case .dns(let expectation):
            return .dns(expectation, identifier: UInt16(truncatingIfNeeded: random))
        case .icmp:
            return .echo(
                EchoMessage(
                    identifier: UInt16(truncatingIfNeeded: random),
                    sequence: UInt16(truncatingIfNeeded: run.rawValue)
                )
            )
        case .icmpFullFrame:
            let identifier = UInt16(truncatingIfNeeded: random)
            let sequence = UInt16(truncatingIfNeeded: run.rawValue) & 0xfffe
            return .fullEcho(
                EchoMessage(identifier: identifier, sequence: sequence),
                EchoMessage(identifier: identifier, sequence: sequence | 1, packetLength: mtu),
            )
        case .tcp, .tcpExchange, .tls, .http, .command:
            return nil
        }
    }

    private mutating func connect(
        _ run: ProbeRun,
        to target: Endpoint,
        from source: IPAddress,
        kind: ProbeKind,
        at now: MonotonicInstant,
    ) -> ProbeOutcome? {
        let pooled = kind == .tcp ? sockets.take(from: source) : nil
        switch TCPAttempt.start(target, from: source, by: pooled, at: now) {
        case .done(let outcome):
            return take(run, .done(outcome), interest: .write)
        case .connected(let attempt):
            if kind == .tcp { return attempt.outcome(at: Clock.now) }
            return hand(run, attempt, kind, target, at: Clock.now)
        case .pending(let attempt):
            if kind != .tcp { connecting[run] = (kind, target) }
            return watch(run, attempt)
        }
    }

    /// Waits for the end of a connect.
    private mutating func watch(_ run: ProbeRun, _ attempt: TCPAttempt) -> ProbeOutcome? {
        let (descriptor, token) = (attempt.socket.raw, run.rawValue + Self.firstRunToken)
        do throws(Errno) {
            // Once, or a socket that waits in the pool, and is connected to nobody, would be told as broken all the time.
            if attempt.socket.isWatched {
                try reactor.change(descriptor, token: token, interest: [.write, .once])
            } else {
                try reactor.add(descriptor, token: token, interest: [.write, .once])
                attempt.socket.isWatched = true
            }
        } catch {
            connecting[run] = nil
            return .couldNotRun(evidence: "epoll: \(error)")
        }
        attempts[run] = attempt
        return nil
    }

    /// Keeps a run that is under way; gives its outcome if it is over.
    private mutating func take(_ run: ProbeRun, _ start: AttemptStart, interest: Interest) -> ProbeOutcome? {
        switch start {
        case .done(let outcome):
            if case .couldNotRun = outcome { own = nil }
            return outcome
        case .pending(let attempt):
            do throws(Errno) {
                let token = run.rawValue + Self.firstRunToken
                for descriptor in attempt.descriptors {
                    try reactor.add(descriptor, token: token, interest: interest)
                }
            } catch {
                connecting[run] = nil
                return .couldNotRun(evidence: "epoll: \(error)")
            }
            attempts[run] = attempt
            return nil
        }
    }

    /// Gives a connection that stands to the event loop, for what has to be said over it.
    mutating func hand(
        _ run: ProbeRun,
        _ attempt: any ProbeAttempt,
        _ kind: ProbeKind,
        _ endpoint: Endpoint,
        at now: MonotonicInstant,
    ) -> ProbeOutcome? {
        guard let attempt = attempt as? TCPAttempt else { preconditionFailure("only a connection is handed over") }
        guard streaming.count < Self.streamLimit else {
            return .couldNotRun(evidence: "\(streaming.count) runs over connections are under way already")
        }
        do throws(Errno) {
            let socket = try attempt.duplicate()
            let results = thread.results
            let streams =
                self.streams
                ?? StreamProber { run, outcome, phases in
                    results.post(StreamResult(run: run, outcome: outcome, phases: phases))
                }
            self.streams = streams
            streaming.insert(run)
            streams.begin(
                StreamRun.Start(
                    run: run,
                    kind: kind,
                    endpoint: endpoint,
                    socket: socket,
                    startedAt: attempt.startedAt,
                    connectedAt: now,
                )
            )
            return nil
        } catch {
            return .couldNotRun(evidence: "dup: \(error)")
        }
    }

    /// The MTU of the interface as it is now, or Ethernet's.
    private var mtu: Int {
        do throws(Errno) {
            return try Interface.named(demand?.interface ?? "").mtu
        } catch {
            return 1_500
        }
    }
}
