import AgentProtocol
import Balancing
import Health
import PeerProtocol
package import Primitives
import VRRP

/// What an operator sees.
extension ClusterCore {
    /// The whole status with ages as of now; before `started` it is empty.
    package func status(at now: MonotonicInstant) -> ClusterStatus {
        func age(_ since: MonotonicInstant) -> Int64 { max(0, (now - since).milliseconds) }
        let targets = settings.map { Self.targets($0) } ?? []
        return ClusterStatus(
            director: settings?.directorName ?? "",
            version: programVersion,
            configurationGeneration: generation,
            configurationAge: age(configuredAt),
            isStopping: isStopping,
            routers: (election?.routers ?? []).map { RouterStatus($0, age: age($0.since)) },
            election: electionStatus,
            services: settings.map { settings in settings.services.map { status(of: $0, in: settings, age) } } ?? [],
            realServers: (settings?.realServers ?? []).map { status(of: $0, age, at: now) },
            strayOrders: strayOrders(at: now),
            probes: targets.compactMap { probes[$0] }.map { ProbeStatus($0, age) },
            addressFindings: addressFindings.map { status(of: $0, age) },
            dataplane: dataplane.map { report in
                DataplaneStatus(
                    isConverged: report.isConverged,
                    age: age(report.at),
                    lookFailure: report.lookFailure,
                    failures: report.failures.map { "\($0.operation.operation): \($0.explanation)" },
                    findings: report.findings.map { finding in
                        "\(finding.name) is \(finding.found), not \(finding.expected): \(finding.outcome.rawValue)"
                    },
                    repairs: report.drift.total,
                    connectionSync: report.connectionSync.map { SyncStatus($0, age: age($0.since)) },
                )
            },
        )
    }

    private func status(of finding: AddressFinding, _ age: (MonotonicInstant) -> Int64) -> AddressFindingStatus {
        AddressFindingStatus(
            reason: finding.reason,
            address: "\(finding.address)",
            mac: "\(finding.mac)",
            realServer: realServerName(of: finding),
            evidence: evidence(of: finding),
            age: addressFindingsSince[finding].map(age) ?? 0,
        )
    }

    private var electionStatus: ElectionStatus {
        var status = ElectionStatus()
        guard let election else { return status }
        status.rejected = election.rejections.byName
        status.addressRepairs = election.addressRepairs
        return status
    }

    private func status(
        of service: ServiceSettings,
        in settings: ClusterSettings,
        _ age: (MonotonicInstant) -> Int64,
    ) -> ServiceStatus {
        let identity = service.service.identity
        let observed = self.observed.first { $0.service.identity == identity }
        let members = Self.members(of: service, in: settings)
        let configured = Set(members.map { Self.endpoint(of: $0.server, in: service) })
        let present = members.map { member, server in
            let destination = destinations[DestinationKey(service: service.name, realServer: server.name)]
            let endpoint = Self.endpoint(of: server, in: service)
            return DestinationStatus(
                realServer: server.name,
                endpoint: "\(endpoint)",
                state: Self.drained(
                    destination.map { Self.state($0.standing) } ?? .unknown,
                    observed?.destinations.first { $0.endpoint == endpoint },
                    isUDP: identity.protocol == .udp,
                    isLookedAt: observed != nil && isQuietSince(destination?.since),
                    isIdle: destination.flatMap { links[server.name]?.isIdle(identity, decided: $0.since) },
                ),
                reason: destination?.decision.reason ?? .awaitingResults,
                evidence: destination?.evidence ?? "",
                age: age(destination?.since ?? configuredAt),
                weightWanted: wantedWeight(member, in: service).map { Int($0) },
                observed: observed?.destinations.first { $0.endpoint == endpoint },
            )
            .with(
                destination?.standing,
                role: member.role,
                peer.opinions[DestinationKey(service: service.name, realServer: server.name)],
            )
        }
        let leaving = (observed?.destinations ?? []).filter { !configured.contains($0.endpoint) }.map { destination in
            DestinationStatus(
                realServer: settings.realServers.first { $0.address == destination.endpoint.address }?.name
                    ?? "\(destination.endpoint)",
                endpoint: "\(destination.endpoint)",
                state: .draining,
                reason: leavingReason(destination.endpoint, identity),
                evidence: "",
                age: age(configuredAt),
                weightWanted: servesOn(destination.endpoint, identity) ? nil : 0,
                observed: destination,
            )
        }
        return ServiceStatus(
            name: service.name,
            protocol: "\(identity.protocol)",
            endpoint: "\(identity.endpoint)",
            scheduler: service.service.schedulerName,
            persistenceTimeout: Int(service.service.persistenceTimeout),
            isApplied: observedAt.map { _ in observed != nil },
            destinations: present + leaving,
            availability: pools[service.name]?.availability,
        )
        .summarized(configurationAge: age(configuredAt))
    }

    /// Whether the kernel was looked at a second after something was decided: a connection that was given to the real
    /// server in the last moment is established by then.
    private func isQuietSince(_ decided: MonotonicInstant?) -> Bool {
        guard let decided, let observedAt else { return false }
        return observedAt - decided >= .seconds(1)
    }

    private func status(
        of server: RealServerSettings,
        _ age: (MonotonicInstant) -> Int64,
        at now: MonotonicInstant,
    ) -> RealServerStatus {
        RealServerStatus(
            name: server.name,
            address: "\(server.address)",
            operatorOverride: orders.override(server.name),
            agent: links[server.name].map { AgentStatus($0, age) }
                ?? AgentStatus(
                    state: .notConfigured,
                    reason: .notConfigured,
                    evidence: "",
                    age: age(configuredAt),
                    facts: [],
                ),
            orders: orders.all.filter { $0.realServer == server.name }.map { OrderStatus($0, at: now) },
            findings: findings(about: server.name),
        )
    }
}

extension AgentStatus {
    fileprivate init(_ link: AgentLink, _ age: (MonotonicInstant) -> Int64) {
        self.init(
            state: link.state,
            reason: link.reason,
            evidence: link.evidence,
            age: age(link.since),
            lastHeardAge: link.lastHeard.map(age),
            name: link.hello?.name,
            version: link.hello?.programVersion,
            capacity: link.capacity.map { Int($0) },
            facts: link.facts.map {
                Fact(
                    kind: "\($0.fact.kind)",
                    subject: "\($0.fact.subject)",
                    verdict: "\($0.fact.verdict)",
                    evidence: $0.fact.evidence,
                    age: age($0.since),
                )
            },
        )
    }
}

extension DestinationStatus {
    fileprivate init(
        realServer: String,
        endpoint: String,
        state: DestinationState,
        reason: Reason,
        evidence: String,
        age: Int64,
        weightWanted: Int?,
        observed: ObservedDestination?,
    ) {
        self.init(
            realServer: realServer,
            endpoint: endpoint,
            state: state,
            reason: reason,
            evidence: evidence,
            age: age,
            weightWanted: weightWanted,
            weightApplied: observed.map { Int($0.weight) },
            activeConnections: observed.map { Int($0.activeConnections) },
            inactiveConnections: observed.map { Int($0.inactiveConnections) },
        )
    }

    /// The status with what is known of the real server whatever was decided about its use.
    fileprivate func with(_ standing: Standing?, role: PoolRole, _ peer: PeerOpinion?) -> DestinationStatus {
        var status = self
        status.role = role
        status.peerState = peer.map { "\($0.state)" }
        guard let standing else { return status }
        status.health = standing.health
        status.healthReason = standing.healthReason
        status.furtherReasons = standing.furtherReasons
        status.administrative = standing.administrative
        return status
    }
}

extension ProbeStatus {
    fileprivate init(_ entry: ProbeReport.Entry, _ age: (MonotonicInstant) -> Int64) {
        var roundTrip: Int64?
        if case .passed(let time) = entry.lastOutcome { roundTrip = time.nanoseconds / 1_000 }
        self.init(
            target: "\(entry.target.check)",
            state: entry.verdict.state,
            reason: entry.verdict.reason,
            evidence: entry.verdict.evidence,
            age: age(entry.verdict.since),
            lastRunAge: entry.lastRun.map(age),
            roundTripMicroseconds: roundTrip,
            phases: entry.lastPhases.map { ProbeStatus.Phases($0) },
            runs: entry.runs,
            failures: entry.failures,
            obstacles: entry.obstacles,
        )
    }
}

extension RouterStatus {
    fileprivate init(_ router: ElectionReport.Router, age: Int64) {
        self.init(
            name: router.name,
            virtualRouterIdentifier: Int(router.virtualRouterIdentifier),
            interface: router.interface,
            virtualMAC: router.virtualMAC.map { "\($0)" },
            priority: Int(router.priority),
            state: router.state.rawValue,
            reason: router.reason.rawValue,
            age: age,
            activeRouter: router.activeRouter.map { "\($0)" },
            activePriority: router.activePriority.map { Int($0) },
            addresses: router.addresses.map { Address(address: "\($0.prefix)", isHeld: $0.isHeld) },
            findings: router.findings.map { "\($0)" },
            evidence: router.findings.first.map { "\($0)" } ?? router.activeRouter.map { "active router \($0)" } ?? "",
            counters: RouterCounters(router.statistics),
        )
    }
}
