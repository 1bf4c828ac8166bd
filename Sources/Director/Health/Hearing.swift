package import Primitives

/// Tells a target that is silent from a prober that hears nobody.
///
/// Real servers rarely fall silent all at once; a director whose own network is gone, or whose machine is starved, hears
/// none of them. So a silence counts where somebody was heard meanwhile, or where it has lasted.
package struct Hearing: Sendable {
    /// How long a target may be silent before that counts, whoever else is.
    package static let patience = Interval.seconds(2)

    /// When any target last gave any answer.
    private var heardAt: MonotonicInstant?
    /// The two real servers that are asked most often, and how often.
    private var fastest: [(server: IPAddress, interval: Interval)] = []

    /// Whether there are real servers to compare with.
    private var canCompare: Bool { fastest.count > 1 }

    /// Takes note of who is going to be asked.
    mutating func listen(to targets: [ProbeTarget]) {
        var intervals: [IPAddress: Interval] = [:]
        for target in targets {
            let server = target.check.realEndpoint.address
            intervals[server] = min(intervals[server] ?? target.interval, target.interval)
        }
        let sorted = intervals.map { (server: $0.key, interval: $0.value) }.sorted { left, right in
            left.interval == right.interval ? left.server < right.server : left.interval < right.interval
        }
        fastest = Array(sorted.prefix(2))
    }

    /// A run ended: whether that is an answer at all.
    mutating func take(_ outcome: ProbeOutcome, _ phases: ProbePhases?, at now: MonotonicInstant) {
        let isAnswer =
            switch outcome {
            case .passed: true
            case .failed(let reason, _): reason.isAnswer || phases?.connected != nil
            case .couldNotRun, .inconclusive: false
            }
        if isAnswer { heardAt = now }
    }

    /// Whether the silence of a target since a time, whose last run began at another, counts against it.
    ///
    /// An answer is due from somebody else within that one's interval, even if this target's timeout is shorter. An
    /// eighth more is allowed for, because two rhythms that are the same drift through each other.
    func blames(
        _ target: ProbeTarget,
        silentSince: MonotonicInstant,
        lastRun: MonotonicInstant,
        at now: MonotonicInstant,
    ) -> Bool {
        guard canCompare, now - silentSince < Self.patience else { return true }
        let other = fastest.first { $0.server != target.check.realEndpoint.address }?.interval ?? .zero
        return heardAt.map { $0 >= min(lastRun, now - (other + other / 8)) } ?? false
    }
}

extension ProbeCheck {
    /// Where the probe goes in the end.
    fileprivate var realEndpoint: Endpoint {
        switch self {
        case .tcp(let real), .real(_, let real, _), .directPath(_, let real): real
        }
    }
}

extension Reason {
    /// Whether something came from the real server, be it the wrong thing.
    ///
    /// An error that only the director's own kernel or the sentinel's memory gives is none.
    fileprivate var isAnswer: Bool {
        switch self {
        case .probeRefused, .probeReset, .probeClosed, .probeUnexpectedAnswer, .probeStatusWrong,
            .probeHandshakeFailed, .certificateExpiring, .directPathRefused, .directRoutingBlackHole, .overloaded,
            .pathMTUTooSmall:
            true
        default:
            false
        }
    }
}
