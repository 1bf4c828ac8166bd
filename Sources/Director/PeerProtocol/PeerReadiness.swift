internal import AgentProtocol

/// Whether a director could serve the clients of the other one now.
package struct PeerReadiness: Hashable, Sendable {
    /// Whether the state of every real server is known.
    package var isHealthKnown: Bool
    /// Whether the kernel has the services that are wanted.
    package var isKernelConverged: Bool
    /// Whether the connections of the other director are known here, or nobody wants them to be.
    package var isSyncCaughtUp: Bool
    /// What is missing, in words.
    package let reasons: [String]

    /// Makes a readiness; reasons are shortened to what may travel.
    package init(
        isHealthKnown: Bool,
        isKernelConverged: Bool,
        isSyncCaughtUp: Bool,
        reasons: [String] = [],
    ) {
        self.isHealthKnown = isHealthKnown
        self.isKernelConverged = isKernelConverged
        self.isSyncCaughtUp = isSyncCaughtUp
        self.reasons = reasons.prefix(PeerLimits.reasons).map { Limits.printable($0, bytes: PeerLimits.evidence) }
    }

    /// Nothing is known yet.
    package static let unknown = PeerReadiness(isHealthKnown: false, isKernelConverged: false, isSyncCaughtUp: false)

    /// Whether nothing is missing.
    package var isReady: Bool { isHealthKnown && isKernelConverged && isSyncCaughtUp }
}
