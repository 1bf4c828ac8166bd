import AgentProtocol
import Primitives

/// What share of its capacity the node offers.
extension AgentCore {
    /// Begins to measure, or ends it; what is known is kept where the settings are the same.
    mutating func measureCapacity(at now: MonotonicInstant) {
        guard capacity?.settings != settings.capacity else { return }
        capacity = settings.capacity.map { Capacity($0, at: now) }
    }

    /// Asks for a look at the gauges that are due.
    mutating func lookAtGauges(at now: MonotonicInstant, into turn: inout Turn) {
        guard let due = capacity?.takeDue(at: now), !due.isEmpty, let settings = settings.capacity else { return }
        for gauge in due {
            if gauge.kind == .connections {
                turn.scope.insert(.connections)
            } else {
                turn.afterKernel.append(.run(.gauge(gauge, timeout: settings.interval)))
            }
        }
    }

    /// Takes in what a gauge shows.
    mutating func take(_ outcome: LocalRunOutcome, of gauge: LoadGauge, at now: MonotonicInstant) {
        switch outcome {
        case .passed(_, let answer):
            capacity?.take(gauge.value(in: answer, processors: identity.processors), of: gauge, at: now)
        case .failed(let reason), .notRun(let reason), .busy(let reason):
            capacity?.take(nil, of: gauge, problem: Limits.printable(reason, bytes: 100), at: now)
        case .timedOut:
            capacity?.take(nil, of: gauge, problem: "timed out", at: now)
        }
    }

    /// Takes in how many connections the virtual addresses have.
    mutating func take(_ connections: ConnectionCounts, at now: MonotonicInstant) {
        guard let gauge = settings.capacity?.gauges.first(where: { $0.kind == .connections }) else { return }
        capacity?.take(Double(connections.total), of: gauge, at: now)
    }

    /// The fact that says what is offered, and why; nothing where nothing is measured.
    var capacityFact: Fact? {
        capacity.map { Fact(.capacity, .node, $0.offered == nil ? .unknown : .holds, evidence: $0.evidence) }
    }

    /// Tells the journal what is offered, when that is another share than before.
    func tellCapacity(before: UInt8?, into turn: inout Turn) {
        guard let capacity, capacity.offered != before else { return }
        turn.outbound.append(.log(.capacity(capacity.offered, evidence: capacity.evidence)))
    }
}
