internal import AgentCore
internal import AgentProtocol
internal import Logging
internal import Primitives

/// The agent's changes as log events: a constant message, and what differs in the metadata.
struct Journal {
    let logger: Logger

    func tell(_ change: AgentChange) {
        switch change {
        case .fact(let fact, let before): tell(fact, before: before)
        case .linkUp(let director, let remote):
            logger.notice("director connected", metadata: ["director": "\(director)", "peer.address": "\(remote)"])
        case .linkDown(let director, let reason):
            logger.notice("director gone", metadata: ["director": "\(director)", "reason": "\(reason)"])
        case .desired(let director, let generation, let addresses, let services):
            logger.info(
                "director wants another state",
                metadata: [
                    "director": "\(director)", "generation": "\(generation)", "addresses": "\(addresses)",
                    "services": "\(services)",
                ],
            )
        case .addressRefused(let address):
            logger.error("address refused: not in allowed_addresses", metadata: ["address": "\(address)"])
        case .addressAdded(let address):
            logger.notice("virtual address added", metadata: ["address": "\(address)"])
        case .addressRemoved(let address, let reason):
            logger.notice(
                "virtual address removed",
                metadata: ["address": "\(address)", "reason": "\(reason.rawValue)"],
            )
        case .sysctlWritten(let key, let before, let after):
            logger.notice(
                "sysctl written",
                metadata: ["sysctl": "\(key.path)", "before": "\(before)", "after": "\(after)"],
            )
        case .failed(let subject, let reason):
            logger.error("failed", metadata: ["subject": "\(subject)", "reason": "\(reason)"])
        case .repairsPaused:
            logger.warning("repairs are undone as fast as they are made; pausing")
        case .releaseBegan(let deadline):
            logger.notice("release began", metadata: ["deadline": "\(deadline)"])
        case .drainAcknowledged:
            logger.notice("directors acknowledged the drain")
        case .releaseEnded(let isComplete):
            logger.notice("release ended", metadata: ["complete": "\(isComplete)"])
        case .unitStops(let unit):
            logger.notice("a unit stops: its services are drained", metadata: ["unit": "\(unit)"])
        case .unitStarted(let unit):
            logger.notice("a unit has started: its services are back", metadata: ["unit": "\(unit)"])
        case .capacity(let offered, let evidence):
            logger.info(
                "capacity",
                metadata: ["percent": "\(offered.map { "\($0)" } ?? "unknown")", "evidence": "\(evidence)"],
            )
        case .held(let hold):
            logger.notice("held by the operator", metadata: ["agent.hold": "\(hold.rawValue)"])
        case .configurationReplaced:
            logger.notice("configuration replaced")
        case .stopping:
            logger.notice("stopping")
        }
    }

    private func tell(_ fact: Fact, before: FactVerdict?) {
        // For these two, what holds is what an operator should see.
        let isNegative = fact.kind == .draining || fact.kind == .maintenance
        let isTrouble = fact.verdict == .violated || isNegative && fact.verdict == .holds
        logger.log(
            level: isTrouble ? .warning : .notice,
            "fact changed",
            metadata: [
                "fact": "\(fact.kind)", "subject": "\(fact.subject)", "verdict": "\(fact.verdict)",
                "before": "\(before.map(\.description) ?? "none")", "evidence": "\(fact.evidence)",
            ],
        )
    }
}
