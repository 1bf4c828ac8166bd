import AgentProtocol
import Balancing
import Health
package import Primitives

/// The director without its election: agents, probes, operator and kernel in, the desired IPVS table out.
///
/// It has no clock and no socket: the shell hands every happening to `handle`, executes what comes back in order,
/// and calls again with `deadlineReached` when `deadline` has come.
package struct ClusterCore: ~Copyable {
    /// What names a real server's part in a service.
    struct DestinationKey: Hashable {
        var service: String
        var realServer: String
    }

    /// What was decided about a real server in a service.
    struct Destination {
        var standing: Standing
        /// What its service makes of it.
        var decision: HealthDecision
        var weight: PoolWeight
        var evidence: String
        var since: MonotonicInstant
        /// Whether its agent is heard and calls everything good.
        var isConfirmedByAgent: Bool
    }

    /// The settings in force; nothing before `started`.
    var settings: ClusterSettings?
    var bootIdentifier = BootIdentifier(high: 0, low: 0)
    var programVersion = ""
    var generation: UInt64 = 0
    var configuredAt = MonotonicInstant(nanoseconds: 0)
    var isStopping = false
    var hasSaidStopped = false

    var generator: SeededGenerator
    var nextConnection: UInt64 = 1
    var links: [String: AgentLink] = [:]
    var connections: [ConnectionIdentifier: String] = [:]
    var desiredGeneration: UInt64 = 0

    var orders = OperatorOrders()
    /// The orders that the shell was last told to remember.
    var rememberedOrders = OperatorOrders()
    /// The real servers that services lost and that serve until others do.
    var leaving: [ServiceIdentity: [Leaving]] = [:]
    /// When the next order ends or cuts off.
    var orderDeadline: MonotonicInstant?
    var probes: [ProbeTarget: ProbeReport.Entry] = [:]
    var destinations: [DestinationKey: Destination] = [:]
    /// The real servers of each service together.
    var pools: [String: ServicePool] = [:]
    /// What the election was last told of the services.
    var lastAvailability: [ServiceAvailability] = []
    var peer = Peer()
    /// The real servers that answer short frames and no full ones, by name, with what was seen.
    var narrowPaths: [String: String] = [:]
    /// The real servers that one director alone does not reach, by name.
    var unreached: [String: Unreached] = [:]
    var election: ElectionReport?
    /// Who answers ARP for a virtual address that is not theirs.
    var addressFindings: [AddressFinding] = []
    /// Since when each of them stands.
    var addressFindingsSince: [AddressFinding: MonotonicInstant] = [:]
    var dataplane: DataplaneReport?
    /// The kernel's table after the last look that succeeded.
    var observed: [ObservedService] = []
    /// When that look was; nothing before the first.
    var observedAt: MonotonicInstant?
    /// The weights that the kernel had at the first look, before anything was changed; nothing before that.
    var found: [ServiceIdentity: [Endpoint: UInt32]]?
    /// Repairs in the present window of the log.
    var repairsLogged = (since: MonotonicInstant(nanoseconds: 0), count: 0)
    /// Addresses that were ours at any time in this life: a service on one that was removed must still go.
    var ownedAddresses: Set<IPAddress> = []

    var lastDesired: DesiredTable?
    var lastDemand: ProbeDemand?
    /// Whether something came in that decisions depend on.
    var isUndecided = false
    /// Whether something changed that agents are told of.
    var isUninformed = false
    /// When they are told in a turn of its own, because the last one changed the kernel's table.
    var informingDue: MonotonicInstant?
    /// Whether a node that is drained says something else of its connections than before.
    var areOpinionsOutdated = false
    /// Whether something changed that decides what is probed.
    var isDemandOutdated = false
    var closes: [ConnectionIdentifier] = []
    var dials: [ClusterEffect] = []
    var sends: [ClusterEffect] = []
    var logs: [StatusChange] = []

    /// Makes a core that draws its jitter from a seed.
    package init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
    }

    /// When the core wants `deadlineReached`.
    package var deadline: MonotonicInstant? {
        guard !isStopping else { return nil }
        if let informingDue { return informingDue }
        let ofLinks = links.values.compactMap(\.deadline) + [orderDeadline].compactMap(\.self)
        let ofDecisions = pools.values.compactMap(\.deadline) + unreached.values.compactMap(\.deadline)
        return (ofLinks + ofDecisions + [leavingDeadline].compactMap(\.self)).min()
    }

    /// Takes one happening and says what to do, in order.
    package mutating func handle(_ event: ClusterEvent, at now: MonotonicInstant) -> [ClusterEffect] {
        switch event {
        case .started(let settings, let bootIdentifier, let programVersion):
            precondition(self.settings == nil, "a core starts once")
            self.bootIdentifier = bootIdentifier
            self.programVersion = programVersion
            replace(settings, at: now)
            logs.append(StatusChange(.configuration, from: "", to: "generation 1", .started, level: .info))
        case .configurationReplaced(let settings):
            precondition(self.settings != nil, "a core starts before it is reconfigured")
            let before = generation
            replace(settings, at: now)
            logs.append(
                StatusChange(
                    .configuration,
                    from: "generation \(before)",
                    to: "generation \(generation)",
                    .configurationReplaced,
                )
            )
        case .electionReported(let report):
            let owners = addressOwners
            election = report
            if owners != addressOwners { isDemandOutdated = true }
            let known = ownedAddresses.count
            for router in report.routers { ownedAddresses.formUnion(router.addresses.map(\.prefix.address)) }
            // Most reports only count; what is decided here depends on the addresses alone.
            if ownedAddresses.count != known { (isUndecided, isDemandOutdated) = (true, true) }
        case .probeReported(let report):
            take(report, at: now)
        case .peerReported(let director, let opinions, let hasSameConfiguration):
            take(opinions, from: director, hasSameConfiguration: hasSameConfiguration)
        case .agentConnected(let identifier):
            agentConnected(identifier, at: now)
        case .agentBytes(let identifier, let bytes):
            agentBytes(identifier, bytes, at: now)
        case .agentClosed(let identifier, let reason):
            guard let name = connections[identifier] else { break }  // The core has closed it itself.
            drop(name, .linkClosed, evidence: reason, at: now)
        case .dataplaneReported(let report):
            take(report, at: now)
        case .operatorCommand(let command):
            take(command, at: now)
        case .ordersRestored(let saved, let withdrawn):
            restore(saved, withdrawn, at: now)
        case .ordersShared(let shared, let clock):
            take(shared, clock: clock, at: now)
        case .stopRequested:
            stop()
        case .deadlineReached:
            break
        }
        return settle(at: now)
    }

    /// Brings everything that follows from what is known up to date, and collects the effects in order.
    private mutating func settle(at now: MonotonicInstant) -> [ClusterEffect] {
        var effects: [ClusterEffect] = []
        informingDue = nil
        if let settings, !isStopping {
            for server in settings.realServers { advanceLink(server.name, at: now) }
            followOrders(at: now)
            if isDecisionDue(at: now) { isUndecided = true }
            if let due = leavingDeadline, due <= now { isUndecided = true }
            if isUndecided {
                (isUndecided, isUninformed) = (false, true)
                // What goes on serving until others do counts for its service only as long as nothing is wrong with it.
                judgeLeaving(settings)
                decide(settings, at: now)
                compareWithPeer(settings, at: now)
                followFrames(settings)
                publishAvailability(settings, into: &effects)
                releaseLeaving(settings, at: now)
                let desired = desiredTable(settings, at: now)
                if desired != lastDesired {
                    lastDesired = desired
                    effects.append(.desire(desired))
                    // The kernel does not wait until every agent has been told.
                    informingDue = now
                }
            }
            rememberOrders(at: now, into: &effects)
            acknowledgeDrains(settings)
            if isUninformed, informingDue == nil {
                isUninformed = false
                for server in settings.realServers { inform(server, of: settings) }
            }
            if isDemandOutdated {
                isDemandOutdated = false
                demandProbes(settings, into: &effects)
            }
        }
        if areOpinionsOutdated {
            areOpinionsOutdated = false
            effects.append(.opinionsOutdated)
        }
        collectOutput()
        effects.insert(
            contentsOf: sends,
            at: effects.firstIndex { if case .probe = $0 { true } else { false } }
                ?? effects.count
        )
        effects += closes.map { .closeAgent($0) }
        effects += dials
        effects += logs.map { .log($0) }
        sends.removeAll(keepingCapacity: true)
        closes.removeAll(keepingCapacity: true)
        dials.removeAll(keepingCapacity: true)
        logs.removeAll(keepingCapacity: true)
        if isStopping, !hasSaidStopped {
            hasSaidStopped = true
            effects.append(.stopped)
        }
        return effects
    }

    private mutating func replace(_ new: ClusterSettings, at now: MonotonicInstant) {
        let old = settings
        settings = new
        generation += 1
        configuredAt = now
        (isUndecided, isDemandOutdated) = (true, true)
        ownedAddresses.formUnion(new.services.map(\.service.identity.endpoint.address))
        keepOrders(at: now)
        noteLeaving(from: old, to: new, at: now)
        // Under a name that now means another machine, or another service, nothing is known.
        let (before, after) = (Self.meanings(of: old), Self.meanings(of: new))
        destinations = destinations.filter { before.members[$0.key] == after.members[$0.key] }
        pools = pools.filter { before.services[$0.key] == after.services[$0.key] }
        peer.opinions = peer.opinions.filter { key, _ in
            before.members[key] == after.members[key] && before.services[key.service] == after.services[key.service]
        }
        replaceLinks(from: old, to: new, at: now)
    }

    /// What the names of services, and of real servers in them, stand for.
    private static func meanings(
        of settings: ClusterSettings?
    ) -> (services: [String: ServiceIdentity], members: [DestinationKey: Endpoint]) {
        var (services, meant): ([String: ServiceIdentity], [DestinationKey: Endpoint]) = ([:], [:])
        guard let settings else { return (services, meant) }
        for service in settings.services {
            services[service.name] = service.service.identity
            for (member, server) in members(of: service, in: settings) {
                let key = DestinationKey(service: service.name, realServer: member.realServer)
                meant[key] = endpoint(of: server, in: service)
            }
        }
        return (services, meant)
    }

    private mutating func take(_ report: ProbeReport, at now: MonotonicInstant) {
        if report.isSummary {
            probes.removeAll(keepingCapacity: true)
            take(report.findings, at: now)
        }
        for entry in report.entries {
            probes[entry.target] = entry
        }
        isUndecided = true
    }
}
