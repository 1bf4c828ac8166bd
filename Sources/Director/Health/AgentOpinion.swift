package import AgentProtocol

/// What a real server's agent says about one service on it.
package enum AgentOpinion: Hashable, Sendable {
    /// No agent is configured.
    case absent
    /// An agent is configured and was never heard in this director's life.
    case neverHeard
    /// Nothing was heard for three heartbeats: what it said is unknown, not false.
    case stale
    /// Stale, and the last thing heard was wrong in a way that no probe of the director's can refute.
    case staleNegative(Reason)
    /// It is heard but does not know enough to call the service good.
    case undecided
    /// It calls everything about the service good.
    case positive
    /// It calls something wrong, which is believed at once.
    case negative(Reason)
}

extension Reason {
    /// The reason for weight 0 that a violated fact gives; for `draining` and `maintenance`, one that holds.
    package init?(negative fact: Fact) {
        switch (fact.kind, fact.verdict) {
        case (.draining, .holds): self = .agentDraining
        case (.maintenance, .holds): self = .agentMaintenance
        case (.draining, _), (.maintenance, _), (.capacity, _), (.idle, _): return nil
        case (_, .holds), (_, .unknown): return nil
        case (.vipBound, .violated): self = .vipMissing
        case (.prefixExact, .violated): self = .vipPrefixWrong
        case (.arpSilent, .violated): self = .arpNotSilent
        case (.arpAnnounce, .violated): self = .arpAnnounceUnsafe
        case (.reversePathOK, .violated): self = .reversePathWrong
        case (.listenerPresent, .violated): self = .listenerMissing
        case (.localProbe, .violated): self = .localProbeFailed
        case (.realAddressOnLink, .violated): self = .realAddressOffLink
        }
    }

    /// Whether a success of the director's own probes shows that it no longer is so.
    ///
    /// A connection proves that the address is bound and served, but nothing about ARP, prefix or return path.
    package var isRefutedByProbes: Bool {
        switch self {
        case .vipMissing, .listenerMissing, .localProbeFailed: true
        default: false
        }
    }
}
