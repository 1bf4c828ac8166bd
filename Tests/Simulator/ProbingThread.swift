import DirectorCore
import Health
import Primitives

/// A director's probing thread: the shipped prober, and probes that travel the simulated LAN.
final class ProbingThread {
    private struct Run {
        var check: ProbeCheck
        var comparesRealAddress: Bool
    }

    private unowned let process: DirectorProcess
    private unowned let world: Simulation
    private unowned let node: DirectorNode
    private var prober: Prober
    private var runs: [ProbeRun: Run] = [:]

    /// The thread.
    private(set) lazy var loop = Loop(
        node.name + ".probing",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in prober.deadline },
        wake: { [unowned self] in handle(.deadlineReached) },
    )

    init(process: DirectorProcess, seed: UInt64) {
        self.process = process
        node = process.node
        world = process.world
        prober = Prober(seed: seed)
    }

    /// Gives the prober an event and does what it wants.
    func handle(_ event: ProberEvent) {
        let effects = prober.handle(event, at: loop.localNow)
        if !effects.isEmpty {
            world.note(loop.name, (event, effects), bytes: [UInt8(truncatingIfNeeded: effects.count)])
        }
        world.clusterChecker.bounded(effects.count, "\(loop.name) by \(event)")
        for effect in effects {
            switch effect {
            case .start(let run, let check, let comparesRealAddress):
                guard prober.start(of: run) != nil else { continue }
                runs[run] = Run(check: check, comparesRealAddress: comparesRealAddress)
                start(run, check)
            case .expire(let run): expire(run)
            case .cancel(let run): runs[run] = nil
            case .report(let report):
                world.mail(to: process.brainLoop, after: world.mailboxDelay()) { [process] in
                    process.think(.probeReported(report))
                }
            }
        }
    }

    private func finish(_ run: ProbeRun, _ outcome: ProbeOutcome) {
        guard runs.removeValue(forKey: run) != nil else { return }
        handle(.finished(run, outcome))
    }

    private func start(_ run: ProbeRun, _ check: ProbeCheck) {
        guard let server = world.realServer(at: check.real), node.kernel.isReachable else { return }
        guard !server.isUnprobed else { return finish(run, Self.obstacle) }
        let sent = world.now
        guard let way = world.network.arrivals(from: node.index, to: server.index).first else { return }
        world.after(way) { [self] in
            guard let answer = server.answer(check),
                let back = world.network.arrivals(from: server.index, to: node.index).first
            else { return }
            world.after(back) { [self] in
                guard node.kernel.isReachable else { return }
                let took = world.now - sent
                loop.run(isPacket: true) { [self] in
                    if runs[run] != nil { world.hearing.heard(node.index) }
                    switch (answer, check) {
                    case (.accepts, _): finish(run, .passed(took))
                    case (.refuses, .tcp), (.refuses, .real):
                        finish(run, .failed(.probeRefused, evidence: "connection refused"))
                    case (.refuses, .directPath(let virtual, let real)):
                        let seen = DirectPathObservation(neighbourAnswers: true, virtual: .refused, real: nil)
                        finish(run, seen.outcome(virtual: virtual, real: real))
                    }
                }
            }
        }
    }

    private static let obstacle = ProbeOutcome.couldNotRun(evidence: "no file descriptor is left")

    private func expire(_ run: ProbeRun) {
        guard let known = runs[run] else { return }
        guard world.realServer(at: known.check.real)?.isUnprobed != true else { return finish(run, Self.obstacle) }
        switch known.check {
        case .tcp, .real:
            finish(run, .failed(.probeTimedOut, evidence: "no answer"))
        case .directPath(let virtual, let real):
            let server = world.realServer(at: real)
            let isNear = server.map { world.canTalk(node.index, $0.index) && $0.isOnLan } ?? false
            let answer: DirectPathObservation.Answer =
                switch isNear ? server?.answer(.tcp(real)) : nil {
                case .accepts: .answered(.milliseconds(1))
                case .refuses: .refused
                case nil: .silent
                }
            let seen = DirectPathObservation(
                neighbourAnswers: isNear,
                virtual: .silent,
                real: known.comparesRealAddress ? answer : nil
            )
            finish(run, seen.outcome(virtual: virtual, real: real))
        }
    }
}

extension ProbeCheck {
    /// Where the probe goes.
    fileprivate var real: Endpoint {
        switch self {
        case .tcp(let endpoint), .real(_, let endpoint, _): endpoint
        case .directPath(_, let real): real
        }
    }
}
