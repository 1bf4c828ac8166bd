package import Primitives

/// Compares the kernel's table with the desired one, look by look.
///
/// What to do comes from the comparison alone. Between looks it remembers what was right, to tell drift from a wish,
/// and since when something is unwanted, to know when its connections have had their time.
package struct Reconciler: Sendable {
    /// What was right at the last look.
    private var settledServices: [ServiceIdentity: VirtualService] = [:]
    private var settledDestinations: [DestinationKey: Settled] = [:]
    /// When a destination was first seen to be unwanted.
    private var unwantedSince: [DestinationKey: MonotonicInstant] = [:]
    /// The services that this process has wanted, with their drain deadlines, until they are gone.
    private var wanted: [ServiceIdentity: Interval] = [:]
    /// Whether there was a look before, so that what is new to it can be somebody else's work.
    private var hasLooked = false
    /// The destinations of ours at the last look.
    private var known: Set<DestinationKey> = []

    /// How often somebody else changed what was right.
    package private(set) var drift = DriftStatistics()

    private struct DestinationKey: Hashable {
        var service: ServiceIdentity
        var endpoint: Endpoint
    }

    private struct Settled {
        var desired: DesiredWeight
        var weight: UInt32
    }

    /// Whether the first look leaves destinations alone that wanted services do not want.
    private let sparesAtFirst: Bool

    /// Makes a reconciler that has seen nothing yet.
    ///
    /// What a former configuration had may be all that serves. One that spares it at the first look lets whoever wants the
    /// table see what there is before anything of it goes.
    package init(sparesAtFirst: Bool = false) {
        self.sparesAtFirst = sparesAtFirst
    }

    /// Plans what separates a fresh dump from the desired table.
    package mutating func plan(
        desired: DesiredTable,
        observed: [ObservedService],
        at now: MonotonicInstant,
    ) -> Plan {
        var phases = OperationPhases()
        var plan = Plan()
        // A dump during changes may show an entry twice: the first one counts.
        let present = Dictionary(observed.map { ($0.service.identity, $0) }) { first, _ in first }
        let services = desired.services.sorted { $0.service.identity < $1.service.identity }
        let desiredIdentities = Set(services.map(\.service.identity))
        let own = Set(desired.ownAddresses + services.map(\.service.identity.endpoint.address))
        for service in services {
            wanted[service.service.identity] = service.drainDeadline
            converge(service, present[service.service.identity], now, &phases, &plan)
        }
        for identity in present.keys.sorted() where !desiredIdentities.contains(identity) {
            guard let service = present[identity] else { continue }
            guard wanted[identity] != nil || own.contains(identity.endpoint.address) else { continue }
            let deadline = wanted[identity] ?? desired.drainDeadline
            settledServices[identity] = nil
            drain(service.destinations, of: service.service, deadline, now, &phases, &plan)
            if phases.removals(of: identity) == Set(service.destinations.map(\.endpoint)) {
                phases.removeService(identity, reason: phases.reasonOfLastRemoval(of: identity) ?? .unwanted)
            }
        }
        wanted = wanted.filter { desiredIdentities.contains($0.key) || present[$0.key] != nil }
        forgetWhatIsGone(desired: services, present)
        hasLooked = true
        plan.operations = phases.ordered
        plan.nextLook = plan.draining.map(\.deadline).min()
        drift.count(plan.operations)
        return plan
    }

    /// Plans one desired service.
    private mutating func converge(
        _ desired: DesiredService,
        _ observed: ObservedService?,
        _ now: MonotonicInstant,
        _ phases: inout OperationPhases,
        _ plan: inout Plan,
    ) {
        let identity = desired.service.identity
        let wasRight = settledServices[identity] == desired.service
        settledServices[identity] = nil
        if let observed {
            if observed.service == desired.service, observed.isPlain {
                settledServices[identity] = desired.service
            } else {
                phases.setService(desired.service, reason: wasRight ? .serviceChanged : .wanted)
            }
        } else {
            phases.addService(desired.service, reason: wasRight ? .serviceMissing : .wanted)
        }
        let present = Dictionary((observed?.destinations ?? []).map { ($0.endpoint, $0) }) { first, _ in first }
        for destination in desired.destinations.sorted(by: { $0.endpoint < $1.endpoint }) {
            unwantedSince[DestinationKey(service: identity, endpoint: destination.endpoint)] = nil
            converge(destination, present[destination.endpoint], of: identity, observed != nil, &phases)
        }
        guard hasLooked || !sparesAtFirst else { return }
        let endpoints = Set(desired.destinations.map(\.endpoint))
        let unwanted = (observed?.destinations ?? []).filter { !endpoints.contains($0.endpoint) }
        let isCutOff = { (destination: ObservedDestination) in desired.cutOff.contains(destination.endpoint) }
        drain(unwanted.filter(isCutOff), of: desired.service, .zero, now, &phases, &plan)
        drain(unwanted.filter { !isCutOff($0) }, of: desired.service, desired.drainDeadline, now, &phases, &plan)
    }

    /// Plans one desired destination.
    private mutating func converge(
        _ desired: DesiredDestination,
        _ observed: ObservedDestination?,
        of identity: ServiceIdentity,
        _ serviceExists: Bool,
        _ phases: inout OperationPhases,
    ) {
        let key = DestinationKey(service: identity, endpoint: desired.endpoint)
        let before = settledDestinations.removeValue(forKey: key)
        let wasRight = before?.desired == desired.weight
        guard let observed else {
            guard desired.weight != .adopt else { return }
            // A kept weight was adopted from the kernel, so it is what the destination gets back.
            let weight = wasRight ? before?.weight ?? desired.weight.initial : desired.weight.initial
            let reason: OperationReason = wasRight ? (serviceExists ? .destinationMissing : .serviceMissing) : .wanted
            phases.addDestination(identity, Destination(endpoint: desired.endpoint, weight: weight), reason: reason)
            return
        }
        let weight =
            switch desired.weight {
            case .exactly(let weight): weight
            case .keep, .adopt: observed.weight
            }
        guard observed.weight != weight || !observed.isPlain else {
            settledDestinations[key] = Settled(desired: desired.weight, weight: weight)
            return
        }
        let drifted: OperationReason = observed.isPlain ? .weightChanged : .destinationChanged
        phases.setDestination(
            identity,
            Destination(endpoint: desired.endpoint, weight: weight),
            from: observed.weight,
            reason: wasRight ? drifted : .wanted,
        )
    }

    /// Plans the end of destinations that are not wanted: weight 0, then connections or deadline, then removal.
    private mutating func drain(
        _ destinations: [ObservedDestination],
        of service: VirtualService,
        _ drainDeadline: Interval,
        _ now: MonotonicInstant,
        _ phases: inout OperationPhases,
        _ plan: inout Plan,
    ) {
        for destination in destinations.sorted(by: { $0.endpoint < $1.endpoint }) {
            let key = DestinationKey(service: service.identity, endpoint: destination.endpoint)
            let isNew = hasLooked && !known.contains(key)
            let since = unwantedSince[key] ?? now
            unwantedSince[key] = since
            settledDestinations[key] = nil
            var connections = UInt64(destination.activeConnections) + UInt64(destination.inactiveConnections)
            if service.persistenceTimeout > 0 { connections += UInt64(destination.persistentConnections) }
            let deadline = since + drainDeadline
            if now >= deadline {
                phases.removeDestination(service.identity, destination.endpoint, reason: .drainDeadline)
                continue
            }
            if destination.weight > 0 {
                // Until the kernel shows weight 0, a connection may still arrive that this dump does not show.
                phases.setDestination(
                    service.identity,
                    Destination(endpoint: destination.endpoint, weight: 0),
                    from: destination.weight,
                    reason: isNew ? .unexpected : .unwanted,
                )
            } else if connections == 0 {
                phases.removeDestination(service.identity, destination.endpoint, reason: .drained)
                continue
            }
            plan.draining.append(
                DrainingDestination(
                    service: service.identity,
                    endpoint: destination.endpoint,
                    connections: connections,
                    deadline: deadline,
                )
            )
        }
    }

    /// Drops what is remembered of entries that are neither wanted nor there.
    private mutating func forgetWhatIsGone(
        desired: [DesiredService],
        _ present: [ServiceIdentity: ObservedService],
    ) {
        var keys: Set<DestinationKey> = []
        for (identity, service) in present {
            for destination in service.destinations {
                keys.insert(DestinationKey(service: identity, endpoint: destination.endpoint))
            }
        }
        unwantedSince = unwantedSince.filter { keys.contains($0.key) }
        for service in desired {
            for destination in service.destinations {
                keys.insert(DestinationKey(service: service.service.identity, endpoint: destination.endpoint))
            }
        }
        known = keys
        settledDestinations = settledDestinations.filter { keys.contains($0.key) }
        let identities = Set(desired.map(\.service.identity))
        settledServices = settledServices.filter { identities.contains($0.key) }
    }
}
