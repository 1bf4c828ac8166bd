import AgentProtocol
import Health
import PeerProtocol
package import Primitives

/// The link to the other director, and everything that the two agree on by it: above all planned handovers.
///
/// It has no clock and no socket: the shell hands every happening to `handle`, executes what comes back in order, and
/// calls again with `deadlineReached` when `deadline` has come. Without a link the rules of VRRP alone decide.
package struct PeerCore: Sendable {
    /// How long a handover may take from the offer to the acknowledgement.
    package static let handoverPatience = Interval.seconds(3)
    /// How long the holder tells its successor of connections before it makes the offer whatever is told by then.
    package static let preparationPatience = Interval.milliseconds(500)
    /// How long the successor may take to say that it takes part.
    package static let acceptancePatience = Interval.seconds(1)
    /// How much longer than the holder's patience the successor does not contend.
    package static let successionGrace = Interval.seconds(1)
    /// How long what the one before said may still arrive after it has let go: until then its successor does not contend.
    package static let settlingTime = Interval.milliseconds(500)
    /// How long a stop waits for a successor that is not ready yet.
    package static let stopPatience = Interval.seconds(5)
    /// How soon an offer or a request that was refused comes again.
    package static let retryInterval = Interval.milliseconds(250)
    /// How soon a preemption that was refused is asked for again.
    package static let preemptionInterval = Interval.seconds(2)
    /// How long preemption stays deferred after the link was lost, for the peer may only be starting anew.
    package static let deferralGrace = Interval.seconds(10)
    /// How long preemption waits for the first link after the start.
    package static let startupGrace = Interval.seconds(5)

    /// How the connection stands.
    enum Link: Sendable {
        /// No peer is configured, or the director has stopped.
        case none
        /// The peer dials.
        case listening
        /// The next dial is due.
        case waiting(until: MonotonicInstant)
        /// Connecting.
        case dialing(PeerConnection, until: MonotonicInstant)
        /// Connected by TLS.
        case open(PeerConnection, PeerSession)
    }

    /// How far the end of the process has come.
    enum Stop: Hashable, Sendable {
        case running
        /// A successor is sought; the next offer is due, or under way while there is no time.
        case handingOver(offerAt: MonotonicInstant?, until: MonotonicInstant)
        case done
    }

    var settings: PeerSettings?
    var bootIdentifier = BootIdentifier(high: 0, low: 0)
    var programVersion = ""
    var generation: UInt64 = 0
    var changedAt: UInt64 = 0
    /// Milliseconds since 1970 less milliseconds of the monotonic clock; nothing before the clock was read.
    var clockOffset: Int64?

    var link = Link.none
    var linkSince = MonotonicInstant(nanoseconds: 0)
    /// Why there is no link, or why the last one ended.
    var linkEvidence = ""
    var attempts = 0
    var nextConnection: UInt64 = 1
    var goodbye: PeerGoodbye.Reason?

    var election: ElectionReport?
    var readiness = PeerReadiness.unknown
    var connectionSync = PeerState.ConnectionSync.off
    var opinions: [PeerOpinion] = []
    var orders: [PeerOrder] = []
    var ownAddressFindings: [PeerAddressFinding] = []

    var handover = Handover.idle
    var nextIdentifier: UInt64 = 0
    var stop = Stop.running
    var ending = PeerEvent.Ending.stop
    /// Routers that an operator moved to the peer: not asked back until the peer loses them.
    var yielded: Set<String> = []
    /// Routers that an operator moved here: not given back for priority's sake.
    var pinned: Set<String> = []
    /// Routers let go a moment ago: the election has not reported it yet.
    var released: [String: MonotonicInstant] = [:]
    /// Why the peer does not give back what this director should have.
    var preemptionRefusal = ""
    var preemptionAt = MonotonicInstant(nanoseconds: 0)
    /// Since when the peer is Active with a lower priority than this director's, by router.
    var outrankedSince: [String: MonotonicInstant] = [:]
    var deferralUntil = MonotonicInstant(nanoseconds: 0)
    var isDeferring: Bool?
    /// The peer's Active routers as the election knows them.
    var reported = ElectionOrder.peerReported(active: [])
    var lastHandover: PeerStatus.LastHandover?
    var lastHandoverAt = MonotonicInstant(nanoseconds: 0)
    var lastRefusals: [HandoverRefusal] = []

    var findings: [PeerFinding] = []
    /// Who the log says the peer hears claim virtual addresses.
    var hearsay: [PeerAddressFinding] = []
    /// Since when both directors are Active, by router.
    var bothActive: [String: MonotonicInstant] = [:]

    var effects: [PeerEffect] = []

    /// Makes a core that waits for `started`.
    package init() {}

    /// When the core wants `deadlineReached`.
    package var deadline: MonotonicInstant? {
        guard settings?.peer != nil, stop != .done else { return nil }
        var candidates: [MonotonicInstant] = []
        switch link {
        case .none, .listening: break
        case .waiting(let until), .dialing(_, let until): candidates.append(until)
        case .open(_, let session): if let deadline = session.deadline { candidates.append(deadline) }
        }
        if let deadline = handover.deadline {
            candidates.append(deadline)
        } else if case .handingOver(let offerAt?, _) = stop {
            candidates.append(offerAt)
        }
        if isDeferring == true, !isAlive { candidates.append(deferralUntil) }
        return candidates.min()
    }

    /// Whether the peer answers.
    var isAlive: Bool {
        if case .open(_, let session) = link { session.isAlive } else { false }
    }

    /// The session while the peer's Hello is here.
    var session: PeerSession? {
        guard case .open(_, let session) = link, session.isConnected else { return nil }
        return session
    }

    /// The peer's last state while it answers.
    var peerState: PeerState? { isAlive ? session?.state : nil }

    /// Takes one happening and says what to do, in order.
    package mutating func handle(_ event: PeerEvent, at now: MonotonicInstant) -> [PeerEffect] {
        switch event {
        case .started(let settings, let bootIdentifier, let programVersion):
            precondition(self.settings == nil, "a core starts once")
            self.bootIdentifier = bootIdentifier
            self.programVersion = programVersion
            nextIdentifier = bootIdentifier.low
            deferralUntil = now + Self.startupGrace
            replace(settings, at: now)
        case .configurationReplaced(let settings): replace(settings, at: now)
        case .connected(let connection): connected(connection, at: now)
        case .bytes(let connection, let bytes): received(bytes, on: connection, at: now)
        case .closed(let connection, let reason): closed(connection, reason: reason, at: now)
        case .electionReported(let report): take(report, at: now)
        case .readinessChanged(let readiness, let sync):
            guard (readiness, sync) != (self.readiness, connectionSync) else { return [] }
            (self.readiness, connectionSync) = (readiness, sync)
        case .opinionsChanged(let opinions):
            guard opinions != self.opinions else { return [] }
            self.opinions = opinions
        case .addressFindingsChanged(let findings):
            let isNews = findings.map(\.withoutAge) != ownAddressFindings.map(\.withoutAge)
            ownAddressFindings = findings
            guard isNews else { return [] }
        case .ordersChanged(let orders): self.orders = orders
        case .clockRead(let clock):
            clockOffset = Int64(clamping: clock) - now.nanoseconds / 1_000_000
            return []
        case .failoverRequested(let request): failOver(request, at: now)
        case .connectionsTold(let identifier):
            guard case .preparing(let deal) = handover, deal.identifier == identifier else { return [] }
            offer(deal, at: now)
        case .stopRequested(let ending): beginStop(ending, at: now)
        case .deadlineReached: break
        }
        settle(at: now)
        defer { effects = [] }
        return effects
    }

    /// Brings everything that follows from what is known up to date.
    private mutating func settle(at now: MonotonicInstant) {
        guard settings?.peer != nil else { return settleAlone() }
        advanceLink(at: now)
        learnChoices()
        forgetChoices()
        // The peer must know the state before it is told what follows from it.
        publish(at: now)
        advanceHandover(at: now)
        advanceStop(at: now)
        requestPreemption(at: now)
        refreshDeferral(at: now)
        reportPeer()
        refreshFindings(at: now)
        refreshHearsay()
        flush()
    }

    /// Without a peer nothing is deferred and nothing is handed over.
    private mutating func settleAlone() {
        if isDeferring == true { effects.append(.election(.deferPreemption(false))) }
        isDeferring = nil
        guard case .handingOver = stop else { return }
        stop = .done
        effects.append(.stopReady)
    }

    /// Tells the election what the peer says of itself: evidence of two owners that no advertisement brings.
    private mutating func reportPeer() {
        let claims = (peerState?.routers ?? []).filter { $0.state == .active }.sorted { $0.name < $1.name }
        let superior = claims.filter { claim in
            (election?.routers ?? []).contains { $0.name == claim.name && $0.priority < claim.priority }
        }
        let order = ElectionOrder.peerReported(active: claims.map(\.name), superior: superior.map(\.name))
        guard order != reported else { return }
        reported = order
        effects.append(.election(order))
    }

    private mutating func refreshDeferral(at now: MonotonicInstant) {
        if isAlive { deferralUntil = now + Self.deferralGrace }
        let isWanted = isAlive || now < deferralUntil
        guard isWanted != isDeferring else { return }
        isDeferring = isWanted
        effects.append(.election(.deferPreemption(isWanted)))
    }

    /// The clock in milliseconds since 1970; 0 before it was read.
    func clock(at now: MonotonicInstant) -> UInt64 {
        clockOffset.map { UInt64(max(0, $0 + now.nanoseconds / 1_000_000)) } ?? 0
    }

    mutating func log(
        _ subject: StatusChange.Subject,
        from: String,
        to: String,
        _ reason: Reason,
        _ evidence: String,
        _ level: StatusChange.Level,
    ) {
        effects.append(.log(StatusChange(subject, from: from, to: to, reason, evidence: evidence, level: level)))
    }
}
