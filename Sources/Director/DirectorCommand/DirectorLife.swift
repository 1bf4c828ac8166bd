internal import Primitives

/// The life of the director's process: when it is ready, when it may preempt, and the steps of a stop.
///
/// It has no clock and no thread: the loop tells what happened and does what comes back, in order.
struct DirectorLife: Sendable {
    /// How far the process is.
    enum Phase: Hashable, Sendable {
        case starting
        case running
        /// Waiting until the election has given up its addresses, at the latest until the deadline.
        case stoppingElection(deadline: MonotonicInstant)
        /// Waiting until the dataplane has done what `on_stop` says.
        case stoppingDataplane(deadline: MonotonicInstant)
        case finished
    }

    /// What happens to the process.
    enum Event: Hashable, Sendable {
        /// The election told how it stands, and whether the kernel refuses the sockets that it needs.
        case electionReported(knowsItsInterfaces: Bool, refusal: String? = nil)
        /// The dataplane looked at the kernel: whether it compared, and why it could not look.
        case dataplaneReported(isReconciled: Bool, lookFailure: String?)
        /// Somebody wants the process to end.
        case stopRequested
        /// The election thread has ended, because it was told to or by itself.
        case electionEnded
        /// The dataplane thread has done what `stop` asked for.
        case dataplaneEnded
        /// Time has passed; whether a client would be served now.
        case timePassed(canServe: Bool)
    }

    /// What the loop has to do.
    enum Step: Hashable, Sendable {
        /// Tell systemd that the director is ready, though perhaps without what it needs of the kernel.
        case becomeReady(without: String?)
        /// Let the election preempt.
        case allowPreemption
        /// Tell the election to give up its addresses and end.
        case stopElection
        /// Write that it did not.
        case reportLateElection
        /// Tell the dataplane to do what `on_stop` says and end.
        case stopDataplane
        /// End with an error, so that systemd starts the process anew.
        case fail
    }

    /// How long a kernel without usable IPVS, or that refuses sockets, is waited for before the director says that it is
    /// ready without.
    static let patience = Interval.seconds(3)
    /// How long after the first comparison the director may preempt, though not every real server's state is known.
    static let preemptionDelay = Interval.seconds(5)
    /// How much longer than their soak the connections of the other director are waited for.
    static let soakMargin = Interval.seconds(1)
    /// How long each step of a stop may take.
    static let stopTime = Interval.seconds(2)

    private(set) var phase = Phase.starting
    private let startedAt: MonotonicInstant
    private var knowsItsInterfaces = false
    /// When the kernel was first compared with the wish.
    private var reconciledAt: MonotonicInstant?
    /// Why the kernel cannot be looked at.
    private var lookFailure: String?
    /// Which sockets the kernel refuses.
    private var refusal: String?
    private var mayPreempt = false
    /// How long after the first comparison the director may preempt, whatever is not known yet.
    private let longestDeferral: Interval

    /// A life that begins, of a director that listens for connections so long before it knows enough of them.
    init(startedAt now: MonotonicInstant, soak: Interval? = nil) {
        startedAt = now
        longestDeferral = max(Self.preemptionDelay, soak.map { $0 + Self.soakMargin } ?? .zero)
    }

    /// Whether the next `timePassed` depends on whether a client would be served.
    var asksWhetherItCanServe: Bool { phase == .running && !mayPreempt && isUsable }

    /// When `timePassed` is due though nothing else happens.
    var deadline: MonotonicInstant? {
        switch phase {
        // Before the election knows its interfaces it is its report that is waited for.
        case .starting: lookFailure ?? refusal == nil || !knowsItsInterfaces ? nil : startedAt + Self.patience
        case .running: isUsable && !mayPreempt ? reconciledAt.map { $0 + longestDeferral } : nil
        case .stoppingElection(let deadline), .stoppingDataplane(let deadline): deadline
        case .finished: nil
        }
    }

    /// Takes one happening and says what to do, in order.
    mutating func handle(_ event: Event, at now: MonotonicInstant) -> [Step] {
        switch (event, phase) {
        case (.electionReported(let knows, let refusal), _):
            knowsItsInterfaces = knowsItsInterfaces || knows
            self.refusal = refusal
            return becomeReady(at: now)
        case (.dataplaneReported(let isReconciled, let failure), _):
            lookFailure = failure
            if isReconciled { reconciledAt = reconciledAt ?? now }
            return becomeReady(at: now)
        case (.timePassed, .starting):
            return becomeReady(at: now)
        case (.timePassed(let canServe), .running):
            guard !mayPreempt, isUsable, let reconciledAt else { return [] }
            guard canServe || now >= reconciledAt + longestDeferral else { return [] }
            mayPreempt = true
            return [.allowPreemption]
        case (.timePassed, .stoppingElection(let deadline)):
            guard deadline <= now else { return [] }
            return [.reportLateElection] + stopDataplane(at: now)
        case (.timePassed, .stoppingDataplane(let deadline)):
            if deadline <= now { phase = .finished }
            return []
        case (.stopRequested, .starting), (.stopRequested, .running):
            phase = .stoppingElection(deadline: now + Self.stopTime)
            return [.stopElection]
        case (.electionEnded, .stoppingElection):
            return stopDataplane(at: now)
        case (.electionEnded, .starting), (.electionEnded, .running):
            // Nobody asked for it: the election has failed, and a director without one is of no use.
            phase = .finished
            return [.fail]
        case (.dataplaneEnded, .stoppingDataplane):
            phase = .finished
            return []
        case (.stopRequested, .stoppingElection), (.stopRequested, .stoppingDataplane):
            return []  // It stops already.
        case (.electionEnded, .stoppingDataplane):
            return []  // It came after all, too late to be waited for.
        case (.dataplaneEnded, .starting), (.dataplaneEnded, .running), (.dataplaneEnded, .stoppingElection):
            return []  // Its last report and the watchdog say so; the election goes on.
        case (_, .finished):
            return []
        }
    }

    /// Whether the kernel was compared with the wish, and the last look at it succeeded.
    ///
    /// Without that this director forwards nothing, and leaves a virtual address to whoever has it.
    private var isUsable: Bool { reconciledAt != nil && lookFailure == nil }

    private mutating func becomeReady(at now: MonotonicInstant) -> [Step] {
        guard phase == .starting, knowsItsInterfaces else { return [] }
        let missing = (isUsable ? nil : lookFailure) ?? refusal
        if reconciledAt == nil || missing != nil {
            // A director that is never ready is killed and started anew for ever, and takes part in no election meanwhile.
            guard missing != nil, now >= startedAt + Self.patience else { return [] }
        }
        phase = .running
        return [.becomeReady(without: missing)]
    }

    private mutating func stopDataplane(at now: MonotonicInstant) -> [Step] {
        phase = .stoppingDataplane(deadline: now + Self.stopTime)
        return [.stopDataplane]
    }
}
