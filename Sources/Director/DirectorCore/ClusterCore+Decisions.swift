import AgentProtocol
import Balancing
import Health
import Primitives
import VRRP

/// What follows from what is known.
extension ClusterCore {
    /// The real endpoint of a member: direct routing keeps the service's own port.
    static func endpoint(of server: RealServerSettings, in service: ServiceSettings) -> Endpoint {
        Endpoint(address: server.address, port: service.service.identity.endpoint.port)
    }

    /// The probe of the real address, if the service has one: a bare TCP connection says nothing about UDP.
    static func probeTarget(of endpoint: Endpoint, in service: ServiceSettings) -> ProbeTarget? {
        guard service.service.identity.protocol == .tcp || service.probe.kind != .tcp else { return nil }
        return ProbeTarget(service.probe.check(endpoint), service.probe)
    }

    /// The probe of the direct-routing path, if the service has one.
    static func directPathTarget(of endpoint: Endpoint, in service: ServiceSettings) -> ProbeTarget? {
        let virtual = service.service.identity.endpoint
        guard service.directPathProbe, service.service.identity.protocol == .tcp,
            endpoint.address.family == virtual.address.family
        else { return nil }
        return ProbeTarget(.directPath(virtual: virtual, real: endpoint), service.probe)
    }

    /// The probes of a real endpoint.
    static func targets(of endpoint: Endpoint, in service: ServiceSettings) -> [ProbeTarget] {
        [probeTarget(of: endpoint, in: service), directPathTarget(of: endpoint, in: service)].compactMap(\.self)
    }

    /// The members of a service with their real servers.
    static func members(
        of service: ServiceSettings,
        in settings: ClusterSettings,
    ) -> [(member: ServiceSettings.Member, server: RealServerSettings)] {
        service.members.compactMap { member in
            settings.realServer(named: member.realServer).map { (member, $0) }
        }
    }

    func verdict(_ target: ProbeTarget?) -> (opinion: ProbeOpinion, evidence: String) {
        guard let target else { return (.disabled, "") }
        guard let entry = probes[target] else { return (.unknown(.awaitingResults), "") }
        return (ProbeOpinion(entry.verdict), entry.verdict.evidence)
    }

    /// The weight that a member shall have; nothing while the kernel's is adopted, or while it stands by.
    func wantedWeight(_ member: ServiceSettings.Member, in service: ServiceSettings) -> UInt32? {
        let key = DestinationKey(service: service.name, realServer: member.realServer)
        guard case .exactly(let weight) = destinations[key]?.weight else { return nil }
        return weight
    }

    /// The kernel's table as it shall be.
    func desiredTable(_ settings: ClusterSettings, at now: MonotonicInstant) -> DesiredTable {
        let services = settings.services.map { service in
            let members = Self.members(of: service, in: settings)
            let cutOff = cutOff(members, of: service, at: now)
            var desired = DesiredService(
                service: service.service,
                destinations: members.compactMap { member, server in
                    let endpoint = Self.endpoint(of: server, in: service)
                    guard !cutOff.contains(endpoint) else { return nil }
                    let key = DestinationKey(service: service.name, realServer: member.realServer)
                    let weight: DesiredWeight
                    switch destinations[key]?.weight ?? .keep {
                    case .exactly(let exact): weight = .exactly(exact)
                    case .keep: weight = .keep(initially: 0)
                    case .adopt: weight = .adopt
                    case .absent: return nil
                    }
                    return DesiredDestination(endpoint: endpoint, weight: weight)
                },
                drainDeadline: service.drainDeadline,
            )
            desired.destinations += leavingDestinations(of: service)
            desired.cutOff = cutOff
            return desired
        }
        return DesiredTable(services: services, ownAddresses: ownedAddresses.sorted())
    }

    /// Answers drain requests once the kernel has weight 0 for the node everywhere.
    mutating func acknowledgeDrains(_ settings: ClusterSettings) {
        for server in settings.realServers {
            guard var link = links[server.name], let drain = link.drain,
                case .open(let identifier, var session, let hasReported, let abandonAt) = link.phase,
                session.pendingDrain?.identifier == drain.request.identifier
            else { continue }
            guard isQuiet(server.address, since: drain.since) else { continue }
            session.acknowledgeDrain(drain.request.identifier)
            link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
            links[server.name] = link
        }
    }

    /// Tells a node what it shall hold and what weight it has.
    mutating func inform(_ server: RealServerSettings, of settings: ClusterSettings) {
        guard var link = links[server.name],
            case .open(let identifier, var session, let hasReported, let abandonAt) = link.phase
        else { return }
        let used = settings.services.filter { service in
            service.members.contains { $0.realServer == server.name } || isLeaving(server.name, service)
        }
        let identities = (used.map(\.service.identity) + lasting(on: server, besides: used)).prefix(Limits.services)
        let addresses = Set(identities.map(\.endpoint.address)).sorted().prefix(Limits.addresses)
        let desired = DesiredState(
            generation: link.desired?.generation ?? 0,
            addresses: Array(addresses),
            services: Array(identities),
        )
        if desired != link.desired {
            desiredGeneration += 1
            link.desired = DesiredState(
                generation: desiredGeneration,
                addresses: desired.addresses,
                services: desired.services
            )
        }
        if let wanted = link.desired { session.desire(wanted) }
        session.show(view(of: server, in: used, settings))
        link.phase = .open(identifier, session, hasReported: hasReported, abandonAt: abandonAt)
        links[server.name] = link
    }

    /// The services of which the kernel still has a node as destination that no configuration has there any more.
    ///
    /// A client that uses a port again is sent where the kernel's entry of its last connection leads, whatever the weight,
    /// and where that entry takes the connection for established it is not scheduled anew. A node that had given up the
    /// address would not answer it.
    private func lasting(on server: RealServerSettings, besides used: [ServiceSettings]) -> [ServiceIdentity] {
        observed.filter { service in
            ownedAddresses.contains(service.service.identity.endpoint.address)
                && !used.contains { $0.service.identity == service.service.identity }
                && service.destinations.contains { $0.endpoint.address == server.address }
        }
        .map(\.service.identity)
    }

    private func view(of server: RealServerSettings, in used: [ServiceSettings], _ settings: ClusterSettings) -> View {
        let entries = used.prefix(Limits.services).compactMap { service -> View.Entry? in
            guard let member = service.members.first(where: { $0.realServer == server.name }) else { return nil }
            let key = DestinationKey(service: service.name, realServer: server.name)
            // A node that waits for weight 0 must not be told of it before the kernel has it.
            let inKernel = applied(service.service.identity, Self.endpoint(of: server, in: service))?.weight ?? 0
            let weight = max(wantedWeight(member, in: service) ?? 0, inKernel)
            let decision = destinations[key]?.decision
            return View.Entry(
                service: service.service.identity,
                weight: weight,
                reason: "\(decision?.reason ?? .awaitingResults)",
            )
        }
        return View(entries: entries)
    }

    /// The distinct targets in the order of the configuration.
    static func targets(_ settings: ClusterSettings) -> [ProbeTarget] {
        var seen: Set<ProbeTarget> = []
        var targets: [ProbeTarget] = []
        for service in settings.services {
            for (_, server) in members(of: service, in: settings) {
                for target in self.targets(of: endpoint(of: server, in: service), in: service)
                where seen.insert(target).inserted { targets.append(target) }
            }
        }
        return targets
    }

    mutating func demandProbes(_ settings: ClusterSettings, into effects: inout [ClusterEffect]) {
        var demand = ProbeDemand(
            interface: settings.interface,
            virtualAddresses: ownedAddresses.sorted(),
            targets: Self.targets(settings) + leavingTargets(settings),
        )
        demand.owners = addressOwners
        demand.frameTargets = Self.frameTargets(settings).map(\.target)
        demand.realServers = settings.realServers.map(\.address)
        guard demand != lastDemand else { return }
        lastDemand = demand
        effects.append(.probe(demand))
    }

    /// Who rightly answers for the virtual addresses, as far as the election knows.
    var addressOwners: [AddressOwner] {
        (election?.routers ?? []).flatMap { router -> [AddressOwner] in
            let owner = router.state == .active ? nil : router.activeRouter
            guard router.state == .active || owner != nil else { return [] }
            return router.addresses.map(\.prefix.address).map {
                AddressOwner(address: $0, router: owner, virtualMAC: router.virtualMAC)
            }
        }
    }
}
