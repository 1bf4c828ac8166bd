package import PeerProtocol
package import Primitives

extension PeerCore {
    /// The other director as an operator sees it; nothing without one.
    package func status(at now: MonotonicInstant) -> PeerStatus? {
        guard let peer = settings?.peer else { return nil }
        func age(_ since: MonotonicInstant) -> Int64 { max(0, (now - since).milliseconds) }
        let state = session?.state
        let grown = session?.stateReceivedAt.map(age) ?? 0
        let grownSinceHeard = session?.addressFindings.map { age($0.at) } ?? 0
        var last = lastHandover
        last?.age = age(lastHandoverAt)
        return PeerStatus(
            name: peer.name,
            address: "\(Endpoint(address: peer.address, port: peer.port))",
            link: session.map { $0.isAlive ? .connected : .silent } ?? .unreachable,
            age: age(linkSince),
            evidence: linkEvidence,
            version: session?.peer?.programVersion,
            configurationGeneration: state?.configuration.generation,
            isReady: state.map { $0.readiness.isReady && !$0.isStopping },
            reasons: (state?.readiness.reasons ?? []) + (state?.isStopping == true ? ["it is stopping"] : []),
            routers: (state?.routers ?? []).map { router in
                PeerStatus.Router(
                    name: router.name,
                    state: "\(router.state)",
                    priority: Int(router.priority),
                    // However old the peer calls it, it is told and not computed with.
                    age: min(Int64(clamping: router.age), .max - grown) + grown,
                )
            },
            handover: handoverText,
            lastHandover: last,
            movedByOperator: yielded.union(pinned).sorted(),
            findings: findings.map(\.description),
            addressFindings: peerAddressFindings.map { $0.status(after: grownSinceHeard) },
        )
    }

    private var handoverText: String? {
        guard let deal = handover.deal else { return nil }
        let routers = deal.routers.joined(separator: ", ")
        return switch handover {
        case .idle: nil
        case .requesting: "asked \(peerName) for \(routers) (\(deal.cause))"
        case .preparing: "telling \(peerName) of the connections of \(routers) (\(deal.cause))"
        case .offering: "handing \(routers) over to \(peerName) (\(deal.cause))"
        case .taking: "taking \(routers) over from \(peerName) (\(deal.cause))"
        case .taken: "waiting for \(peerName) to let \(routers) go (\(deal.cause))"
        }
    }

    /// What the peer thinks of the real servers; empty while it does not answer.
    package var peerOpinions: [PeerOpinion] { isAlive ? session?.opinions ?? [] : [] }

    /// Whether the names of both directors' configurations mean the same.
    package var hasSameConfiguration: Bool {
        guard let settings, let theirs = session?.state?.configuration else { return false }
        return theirs.digest == settings.configuration.digest
    }

    /// Whether the peer answers and will tell its clock, with its next heartbeat.
    package var isAboutToTellClock: Bool { isAlive && session?.peer != nil && session?.clock == nil }

    /// The peer's wall clock in milliseconds since 1970; nothing before it has told it.
    package func peerClock(at now: MonotonicInstant) -> UInt64? {
        guard let told = session?.clock, told.value > 0, told.value <= OrderStamp.latest else { return nil }
        return told.value + UInt64(max(0, (now - told.at).milliseconds))
    }
}
