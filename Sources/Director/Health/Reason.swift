/// Why something is in the state it is in; one vocabulary for log, status and metrics.
///
/// The raw values are names that others rely on: they never change and never get another meaning.
package enum Reason: String, Hashable, Sendable, CaseIterable, Codable {
    // The operator.
    case operatorDrain = "operator-drain"
    case operatorMaintenance = "operator-maintenance"
    case weightZero = "weight-zero"
    case removed = "removed"

    // What the agent says is wrong.
    case agentMaintenance = "agent-maintenance"
    case agentDraining = "agent-draining"
    case vipMissing = "vip-missing"
    case vipPrefixWrong = "vip-prefix-wrong"
    case arpNotSilent = "arp-not-silent"
    case arpAnnounceUnsafe = "arp-announce-unsafe"
    case realAddressOffLink = "real-address-off-link"
    case reversePathWrong = "reverse-path-wrong"
    case listenerMissing = "listener-missing"
    case localProbeFailed = "local-probe-failed"

    // What the director's own probes found.
    case probeRefused = "probe-refused"
    case probeReset = "probe-reset"
    case probeTimedOut = "probe-timed-out"
    case probeUnreachable = "probe-unreachable"
    case probeClosed = "probe-closed"
    case probeUnexpectedAnswer = "probe-unexpected-answer"
    case probeStatusWrong = "probe-status-wrong"
    case probeHandshakeFailed = "probe-handshake-failed"
    case certificateExpiring = "certificate-expiring"
    case commandFailed = "command-failed"
    case directPathRefused = "direct-path-refused"
    case directPathSilent = "direct-path-silent"
    case directRoutingBlackHole = "direct-routing-black-hole"
    case arpOffender = "arp-offender"
    case addressClaimedByStranger = "address-claimed-by-stranger"
    case pathMTUTooSmall = "path-mtu-too-small"
    case overloaded = "overloaded"
    case unreachable = "unreachable"

    // What the other director says.
    case peerConfirms = "peer-confirms"
    case peerSeesDown = "peer-sees-down"
    case reachedByPeerAlone = "reached-by-peer-alone"
    case notReachedByPeer = "not-reached-by-peer"
    case reachableAgain = "reachable-again"

    // What the service needs.
    case slowStart = "slow-start"
    case agentCapacity = "agent-capacity"
    case flapping = "flapping"
    case failOpen = "fail-open"
    case ejectionLimit = "ejection-limit"
    case quorumMet = "quorum-met"
    case quorumLost = "quorum-lost"
    case standingBy = "standing-by"
    case backupInUse = "backup-in-use"
    case sorryInUse = "sorry-in-use"

    // What is not known.
    case awaitingResults = "awaiting-results"
    case awaitingAgent = "awaiting-agent"
    case probeCouldNotRun = "probe-could-not-run"
    case nobodyAnswers = "nobody-answers"
    case agentStale = "agent-stale"
    case agentNeverHeard = "agent-never-heard"

    // What is right.
    case passing = "passing"
    case agentConfirms = "agent-confirms"
    case unchecked = "unchecked"

    // Links, kernel, configuration.
    case agentConnected = "agent-connected"
    case agentRebooted = "agent-rebooted"
    case linkClosed = "link-closed"
    case linkViolation = "link-violation"
    case notConfigured = "not-configured"
    case dataplaneConverged = "dataplane-converged"
    case dataplaneDiverged = "dataplane-diverged"
    case dataplaneDrift = "dataplane-drift"
    case connectionSync = "connection-sync"
    case configurationReplaced = "configuration-replaced"
    // The other director.
    case peerConnected = "peer-connected"
    case peerSilent = "peer-silent"
    case configurationDiffers = "configuration-differs"
    case versionDiffers = "version-differs"
    case clockDiffers = "clock-differs"
    case directorsPartitioned = "directors-partitioned"
    case handoverBegun = "handover-begun"
    case handedOver = "handed-over"
    case takenOver = "taken-over"
    case handoverFailed = "handover-failed"

    case started = "started"
    case stopping = "stopping"
}

extension Reason {
    /// Whether it says that an answer did not come, and not that a wrong one came.
    package var isSilence: Bool {
        switch self {
        case .probeTimedOut, .directPathSilent, .directRoutingBlackHole, .overloaded, .unreachable: true
        default: false
        }
    }
}

extension Reason: CustomStringConvertible {
    package var description: String { rawValue }
}
