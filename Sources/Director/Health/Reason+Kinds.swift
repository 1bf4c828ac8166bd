/// What a reason tells besides its name.
extension Reason {
    /// Whether it shows that a node is no correct real server or has no listener, so that a connection sent to it is
    /// lost for certain: a service that fails open leaves it out.
    package var forbidsFailingOpen: Bool {
        switch self {
        case .vipMissing, .vipPrefixWrong, .arpNotSilent, .arpAnnounceUnsafe, .arpOffender, .realAddressOffLink,
            .reversePathWrong, .listenerMissing, .directPathRefused, .directRoutingBlackHole, .agentMaintenance,
            .agentDraining, .operatorMaintenance, .operatorDrain:
            true
        default:
            false
        }
    }

    /// Whether it says that one director's own packets do not come through, which another director may not see.
    ///
    /// A packet filter on the way may also refuse or reset what it does not let through.
    package var isAboutReachability: Bool {
        switch self {
        case .probeTimedOut, .probeUnreachable, .probeRefused, .probeReset, .directPathRefused, .directPathSilent,
            .directRoutingBlackHole, .overloaded, .unreachable:
            true
        default:
            false
        }
    }
}
