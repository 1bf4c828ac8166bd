import AgentProtocol
import Health
import Primitives

/// One real server's agent as the director knows it, across connections.
struct AgentLink: Sendable {
    /// Where its connection stands.
    enum Phase: Sendable {
        /// No connection; the next dial is due then.
        case waiting(until: MonotonicInstant)
        /// The shell is connecting; given up then.
        case dialing(ConnectionIdentifier, until: MonotonicInstant)
        /// TLS stands. `hasReported` once this connection brought facts; a stale one is given up at `abandonAt`.
        case open(ConnectionIdentifier, DirectorLinkSession, hasReported: Bool, abandonAt: MonotonicInstant?)
    }

    /// A drain that the node asked for.
    struct Drain: Hashable, Sendable {
        var request: DrainRequest
        /// When the request came.
        var since: MonotonicInstant
        /// Whether the connection that brought it also reported the fact `draining`.
        var isReported: Bool
        /// Whether it came over the connection that is open now.
        var isOfThisConnection: Bool
    }

    /// Where the agent listens.
    let endpoint: Endpoint
    /// The key that it must have.
    let fingerprint: KeyFingerprint

    var phase: Phase
    /// How many dials in a row brought no Hello.
    var attempts = 0
    /// The last Hello.
    var hello: Hello?
    /// What it said last, kept when the connection ends.
    var facts: [RecordedFact] = []
    var capacity: UInt8?
    var lastHeard: MonotonicInstant?
    /// When facts of a connection that ended, or that has not reported yet, become stale.
    var staleAt: MonotonicInstant?
    var drain: Drain?

    var state = AgentStatus.State.neverHeard
    var reason = Reason.agentNeverHeard
    var evidence = ""
    var since: MonotonicInstant

    /// What was last wanted of the node.
    var desired: DesiredState?

    init(endpoint: Endpoint, fingerprint: KeyFingerprint, at now: MonotonicInstant) {
        self.endpoint = endpoint
        self.fingerprint = fingerprint
        phase = .waiting(until: now)
        since = now
    }

    /// The connection, if there is one or one is being made.
    var connection: ConnectionIdentifier? {
        switch phase {
        case .waiting: nil
        case .dialing(let identifier, _): identifier
        case .open(let identifier, _, _, _): identifier
        }
    }

    /// When something of it is due.
    var deadline: MonotonicInstant? {
        let ofPhase: MonotonicInstant? =
            switch phase {
            case .waiting(let until): until
            case .dialing(_, let until): until
            case .open(_, let session, _, let abandonAt): [session.deadline, abandonAt].compactMap(\.self).min()
            }
        return [ofPhase, staleAt, drainExpiry].compactMap(\.self).min()
    }

    /// When a drain ends whose node went away and did not come back: probes decide from then on.
    var drainExpiry: MonotonicInstant? {
        guard let drain, !drain.isOfThisConnection else { return nil }
        return drain.since + max(drain.request.deadline, .seconds(60))
    }

    /// How long to wait before the next dial: 100 ms doubled up to 5 s, of which a random half is left out.
    static func backoff(attempts: Int, with generator: inout SeededGenerator) -> Interval {
        let whole = min(Interval.milliseconds(100 << Int64(min(attempts, 6))), .seconds(5))
        let half = whole.nanoseconds / 2
        return .nanoseconds(half + Int64(generator.next() % UInt64(half + 1)))
    }

    /// What it says about one service, with what it saw.
    func opinion(of service: ServiceIdentity) -> (opinion: AgentOpinion, evidence: String) {
        guard state != .neverHeard else { return (.neverHeard, evidence) }
        if let drain { return (.negative(.agentDraining), "asked for weight 0, request \(drain.request.identifier)") }
        let relevant = facts.lazy.map(\.fact).filter { fact in
            switch fact.subject {
            case .node: true
            case .address(let address): address == service.endpoint.address
            case .service(let identity): identity == service
            }
        }
        var worst: (rank: Int, reason: Reason, evidence: String)?
        for fact in relevant {
            guard let reason = Reason(negative: fact) else { continue }
            let rank = Self.rank(fact.kind)
            if worst.map({ rank < $0.rank }) ?? true { worst = (rank, reason, fact.evidence) }
        }
        if state == .stale {
            guard let worst, !worst.reason.isRefutedByProbes else { return (.stale, evidence) }
            return (.staleNegative(worst.reason), worst.evidence)
        }
        if let worst { return (.negative(worst.reason), worst.evidence) }
        let isBound = relevant.contains { $0.kind == .vipBound && $0.verdict == .holds }
        let isServed = relevant.contains { $0.kind == .listenerPresent && $0.verdict == .holds }
        let isSure = !relevant.contains { $0.verdict == .unknown && $0.subject != .node }
        return (isBound && isServed && isSure ? .positive : .undecided, "")
    }

    /// Whether the node has no connection of a service's clients left, told long enough after its weight became zero;
    /// nothing while it does not say.
    ///
    /// The kernel's table of a director knows less: direct routing shows it nothing of what the real server sends, so a
    /// connection that ended with a reset, or while another director forwarded it, stays there for fifteen minutes, and
    /// one whose client has only said that it will send no more is called inactive while its download goes on.
    func isIdle(_ service: ServiceIdentity, decided: MonotonicInstant) -> Bool? {
        guard state == .connected, let lastHeard, lastHeard - decided >= .seconds(1) else { return nil }
        let idle = facts.first { $0.fact.kind == .idle && $0.fact.subject == .service(service) }
        return switch idle?.fact.verdict {
        case .holds: true
        case .violated: false
        case .unknown, nil: nil
        }
    }

    /// The services that it says have no connection of clients left.
    var idleServices: Set<FactSubject> {
        Set(facts.lazy.map(\.fact).filter { $0.kind == .idle && $0.verdict == .holds }.map(\.subject))
    }

    /// What share of the node's capacity its services may count on.
    var memberCapacity: MemberCapacity {
        if let capacity { return .offered(capacity, evidence: capacityFact?.fact.evidence ?? "\(capacity)%") }
        return state == .neverHeard ? .awaited : .unsaid
    }

    /// The fact about its capacity, if the agent measures it.
    private var capacityFact: RecordedFact? { facts.first { $0.fact.kind == .capacity } }

    /// Takes in a report: while an agent that was restarted still measures, what was known holds.
    mutating func take(_ facts: [RecordedFact], capacity: UInt8?) {
        self.facts = facts
        self.capacity = capacity ?? (capacityFact?.fact.verdict == .unknown ? self.capacity : nil)
    }

    /// Which of several negative facts is named: what a person decided, then the cause before its consequence.
    private static func rank(_ kind: FactKind) -> Int {
        switch kind {
        case .maintenance: 0
        case .draining: 1
        case .vipBound: 2
        case .prefixExact: 3
        case .arpSilent: 4
        case .arpAnnounce: 5
        case .realAddressOnLink: 6
        case .listenerPresent: 7
        // A failed check forbids no service to fail open; whatever does is named before it.
        case .reversePathOK: 8
        case .localProbe: 9
        case .capacity, .idle: 10
        }
    }
}
