import Balancing
import Health
package import PeerProtocol
package import Primitives

/// What the other director has to know of this one's cluster.
extension ClusterCore {
    /// Whether this director could serve, how its connections are synchronized, what it thinks of the real servers, and
    /// who it hears claim virtual addresses.
    package func peerInformation(at now: MonotonicInstant)
        -> (
            readiness: PeerReadiness, connectionSync: PeerState.ConnectionSync, opinions: [PeerOpinion],
            addressFindings: [PeerAddressFinding]
        )
    {
        let services = status(at: now).services
        let opinions = services.flatMap { service in
            service.destinations.map { PeerOpinion(of: $0, in: service.name) }
        }
        let unknown = services.flatMap(\.destinations).first { $0.state == .unknown }
        // A director without services is a VRRP router alone, which needs nothing of IPVS.
        let isConverged = services.isEmpty || dataplane.map { $0.lookFailure == nil && $0.failures.isEmpty } ?? false
        let sync = dataplane?.connectionSync
        let isCaughtUp = sync.map { $0.role == .none && $0.failures.isEmpty || $0.isCaughtUp } ?? true
        var reasons: [String] = []
        if let unknown { reasons.append("\(unknown.realServer): \(unknown.reason)") }
        if !isConverged {
            let failure = dataplane?.failures.first.map { "\($0.explanation)" }
            reasons.append(dataplane?.lookFailure ?? failure ?? "the kernel was not looked at yet")
        }
        if !isCaughtUp, let sync { reasons.append(sync.reason) }
        let readiness = PeerReadiness(
            isHealthKnown: unknown == nil,
            isKernelConverged: isConverged,
            isSyncCaughtUp: isCaughtUp,
            reasons: reasons,
        )
        return (readiness, Self.role(sync?.role), opinions, sharedAddressFindings(at: now))
    }

    /// Who claims a virtual address, real servers first: strangers, of whom there may be any number, do not keep them
    /// from being told.
    private func sharedAddressFindings(at now: MonotonicInstant) -> [PeerAddressFinding] {
        let sorted = addressFindings.filter { $0.realServer != nil } + addressFindings.filter { $0.realServer == nil }
        return sorted.prefix(PeerLimits.addressFindings).map { finding in
            PeerAddressFinding(
                address: finding.address,
                mac: finding.mac,
                realServer: realServerName(of: finding),
                claim: finding.claim == .answer ? .answer : .question,
                age: UInt64(max(0, (now - (addressFindingsSince[finding] ?? now)).milliseconds)),
            )
        }
    }

    /// What the real server that a finding is about is called; its address where the settings lost it just now.
    func realServerName(of finding: AddressFinding) -> String? {
        finding.realServer.map { address in
            settings?.realServers.first { $0.address == address }?.name ?? "\(address)"
        }
    }

    private static func role(_ role: ConnectionSyncStatus.Role?) -> PeerState.ConnectionSync {
        switch role {
        case nil, .some(.none): .off
        case .master: .master
        case .backup: .backup
        case .both: .both
        }
    }
}

extension PeerOpinion {
    /// What one director tells the other of a real server.
    ///
    /// What is believed on the other one's word is not told back to it: two directors that know nothing would confirm
    /// each other for ever. Nor is what the service makes of it, which says nothing about who reaches the real server.
    init(of destination: DestinationStatus, in service: String) {
        let isBorrowed = [.peerConfirms, .peerSeesDown].contains(destination.healthReason)
        let isOwn = destination.administrative == .inService
        self.init(
            service: service,
            realServer: destination.realServer,
            state: isOwn && isBorrowed ? .unknown : State(destination.state),
            reason: (isBorrowed ? .awaitingResults : isOwn ? destination.healthReason : destination.reason).rawValue,
        )
    }
}

extension PeerOpinion.State {
    /// What travels of a state.
    fileprivate init(_ state: DestinationState) {
        let known: [DestinationState: PeerOpinion.State] = [
            .up: .up, .down: .down, .draining: .draining, .maintenance: .maintenance,
        ]
        self = known[state] ?? .unknown
    }
}
