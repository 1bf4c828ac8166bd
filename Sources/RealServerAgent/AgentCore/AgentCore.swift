import AgentProtocol
package import Primitives

/// The agent's decisions: what the node holds, what is true of it, and what the directors are told.
///
/// The host is never remembered, only looked at: every repair is the difference between what is demanded and what the
/// last look showed, so start, change, drift and recovery after a crash take the same way.
package struct AgentCore: ~Copyable {
    /// How often the whole host is looked at: what nothing announces, such as a sysctl, is repaired within a second.
    static let lookInterval = Interval.milliseconds(800)
    /// How often it is looked at while connections of services that get no new ones are waited for.
    static let drainLookInterval = Interval.milliseconds(400)
    /// How often it is looked at while something is about to end.
    static let hurriedLookInterval = Interval.milliseconds(100)
    /// Repairs within one look interval beyond which somebody else must be undoing them.
    static let repairLimit = 20
    /// How long removing addresses may take before the release is called incomplete.
    static let removalPatience = Interval.seconds(2)
    /// How long a release waits for a director that has lost its link: it is back before if it lives.
    static let reconnectPatience = Interval.seconds(3)

    let identity: AgentIdentity
    var settings: AgentSettings
    var phase = AgentPhase.starting
    var saved: SavedState
    var demand: AddressDemand
    var host = HostObservation()
    /// The sysctls as they were when they were first seen.
    var machineSysctls: [SysctlKey: Int] = [:]
    var links: [DirectorLink] = []
    /// When a director's last link ended.
    var lostAt: [KeyFingerprint: MonotonicInstant] = [:]
    var facts: [RecordedFact] = []
    var checks = LocalChecks()
    var hanging: [ServiceIdentity: Interval] = [:]
    var capacity: Capacity?
    /// Who waits for the drain of a unit.
    var unitWaits: [String: UnitWait] = [:]
    var failures: [FailureSubject: String] = [:]
    var isListening = false
    var startedAt: MonotonicInstant
    var phaseSince: MonotonicInstant
    var nextLook: MonotonicInstant?
    var repairWindow: RepairWindow
    /// When what the kernel refused is tried again.
    var retryAt: MonotonicInstant
    /// Addresses added anew for their local route, and not delivered since: doing that again would only disturb.
    var restoredRoutes: Set<IPAddress> = []
    /// Whether the listener was asked for.
    var wantsListener = false
    var lastDrain: UInt64 = 0
    var connectionsCountedAt: MonotonicInstant?
    /// The connections of addresses that are to go, looked at with every look while there are any.
    var countsConnections = false
    /// The services that no director gives new connections.
    var quiet: [ServiceIdentity: QuietService] = [:]
    /// The services of which clients were seen in this life.
    var used = UsedServices()

    /// What happened so far, in numbers.
    package internal(set) var statistics = AgentStatistics()

    /// Makes the core of an agent that has not started.
    package init(settings: AgentSettings, identity: AgentIdentity, at now: MonotonicInstant) {
        self.settings = settings
        self.identity = identity
        saved = SavedState(bootIdentifier: identity.bootIdentifier)
        demand = AddressDemand(settings: settings, desires: [])
        startedAt = now
        phaseSince = now
        repairWindow = RepairWindow(start: now)
        retryAt = now
    }

    /// When `deadlineReached` is wanted next.
    package var deadline: MonotonicInstant? {
        if case .stopped = phase { return nil }
        var instants = links.compactMap(\.session.deadline)
        if let nextLook { instants.append(nextLook) }
        if let due = checks.deadline { instants.append(due) }
        if let due = capacity?.deadline { instants.append(due) }
        instants += unitWaits.values.map(\.until)
        switch phase {
        case .draining(let release): instants.append(release.until)
        case .removing(_, let giveUpAt): instants.append(giveUpAt)
        case .starting, .running, .released, .stopped: break
        }
        return instants.min()
    }

    /// Takes an event and gives what is to be done, in order.
    package mutating func handle(_ event: AgentEvent, at now: MonotonicInstant) -> [AgentEffect] {
        if case .stopped = phase { return [] }
        var turn = Turn()
        if case .hostChanged(let scope) = event {
            // It says where to look, and nothing that is known changes by it: the look comes as soon as it can.
            turn.scope = scope
            look(at: now, into: &turn)
            return turn.effects
        }
        let offered = capacity?.offered
        take(event, at: now, into: &turn)
        tellCapacity(before: offered, into: &turn)
        advanceRelease(at: now, into: &turn)
        followQuiet(at: now)
        if !unitWaits.isEmpty { advanceUnits(at: now, into: &turn) }
        updateFacts(at: now, into: &turn)
        flushLinks(at: now, into: &turn)
        look(at: now, into: &turn)
        return turn.effects
    }

    private mutating func take(_ event: AgentEvent, at now: MonotonicInstant, into turn: inout Turn) {
        switch event {
        case .started(let state):
            start(with: state, into: &turn)
        case .configurationReplaced(let settings):
            replace(settings, at: now, into: &turn)
        case .hostChanged: break  // It does not come here.
        case .observed(let observation):
            host.merge(observation)
            if let sysctls = observation.sysctls { remember(sysctls) }
            if let connections = observation.connections {
                connectionsCountedAt = now
                take(connections, at: now)
                count(connections, at: now)
            }
            forgetMendedFailures(observation)
            if case .starting = phase { begin(at: now) }
            reconcile(at: now, into: &turn)
            listen(at: now, into: &turn)
        case .ran(.check(let check, let service), let outcome):
            checks.take(outcome, of: check, service, at: now)
        case .ran(.gauge(let gauge, _), let outcome):
            take(outcome, of: gauge, at: now)
        case .accepts(let service, let stall):
            hanging[service] = stall
        case .listening:
            isListening = true
            turn.kernel.append(.ready)
        case .linkOpened(let connection, let director, let remote):
            openLink(connection, director: director, remote: remote, at: now, into: &turn)
        case .linkReceived(let connection, let bytes):
            receive(bytes, on: connection, at: now, into: &turn)
        case .linkClosed(let connection, let reason):
            forgetLink(connection, reason: reason, at: now, into: &turn)
        case .effectFailed(let effect, let reason):
            note(failure: reason, of: effect, at: now, into: &turn)
        case .saved:
            failures[.stateFile] = nil
        case .releaseRequested(let deadline):
            release(deadline: deadline, thenStop: false, at: now, into: &turn)
        case .holdRequested(let hold):
            if saved.hold != hold {
                saved.hold = hold
                turn.saves = true
                turn.outbound.append(.log(.held(hold)))
            }
        case .unitStops(let drain, let deadline):
            stopUnit(drain, deadline: deadline, at: now, into: &turn)
        case .unitStarted(let unit):
            startUnit(unit, at: now, into: &turn)
        case .stopRequested:
            stop(at: now, into: &turn)
        case .deadlineReached:
            passTime(at: now, into: &turn)
        }
    }

    private mutating func start(with state: SavedState?, into turn: inout Turn) {
        if let state {
            saved.desires = state.desires.filter { desire in
                settings.directors.contains { $0.fingerprint == desire.director }
            }
            saved.remotes = state.remotes.filter { remote in
                settings.directors.contains { $0.fingerprint == remote.key }
            }
            // Another boot began with the machine's own values, which may differ from those of the last one.
            saved.hold = state.hold
            saved.unitDrains = state.unitDrains
            if state.bootIdentifier == identity.bootIdentifier { saved.previous = state.previous }
        }
        demand = AddressDemand(settings: settings, desires: saved.desires)
        turn.kernel.append(admission)
        turn.scope.formUnion(.regular)
    }

    /// The host was seen for the first time.
    private mutating func begin(at now: MonotonicInstant) {
        enter(.running, at: now)
        checks.replace(demand.services, settings.checks, at: now)
        measureCapacity(at: now)
    }

    /// Lets the directors in once what was missing is set right, or cannot be.
    private mutating func listen(at now: MonotonicInstant, into turn: inout Turn) {
        let isSettled = isSilent || failures.keys.contains(where: \.isSysctl) || host.sysctls == nil
        guard !wantsListener, isSettled || now - startedAt >= Self.lookInterval else { return }
        wantsListener = true
        turn.afterKernel.append(.listen)
    }

    /// Keeps what was there first, and nothing of interfaces that are gone: another one of their name is another one.
    private mutating func remember(_ sysctls: [SysctlKey: Int]) {
        machineSysctls = sysctls.merging(machineSysctls.filter { sysctls[$0.key] != nil }) { _, first in first }
        saved.previous = saved.previous.filter { sysctls[$0.key] != nil }
    }

    private mutating func replace(_ new: AgentSettings, at now: MonotonicInstant, into turn: inout Turn) {
        settings = new
        saved.desires.removeAll { desire in !new.directors.contains { $0.fingerprint == desire.director } }
        saved.remotes = saved.remotes.filter { remote in new.directors.contains { $0.fingerprint == remote.key } }
        turn.kernel.append(.log(.configurationReplaced))
        for link in links where !new.directors.contains(where: { $0.fingerprint == link.director }) {
            closeLink(link.connection, goodbye: .dismissed, reason: "no longer configured", at: now, into: &turn)
        }
        lostAt = lostAt.filter { lost in new.directors.contains { $0.fingerprint == lost.key } }
        demandChanged(at: now, into: &turn)
        if phase != .starting { measureCapacity(at: now) }
    }

    /// The agent never listens on a virtual address: what comes there belongs to the web server.
    private var admission: AgentEffect {
        .admit(settings.directors.map(\.fingerprint), refusedAt: demand.addresses)
    }

    /// Computes anew what is to be held, after a desire or the settings changed.
    mutating func demandChanged(at now: MonotonicInstant, into turn: inout Turn) {
        let before = demand
        demand = AddressDemand(settings: settings, desires: saved.desires)
        for address in demand.refused where !before.refused.contains(address) {
            turn.outbound.append(.log(.addressRefused(address)))
        }
        if phase != .starting { checks.replace(demand.services, settings.checks, at: now) }
        turn.kernel.append(admission)
        turn.saves = true
        // The last look may know nothing of the new addresses, so they are looked at before anything is judged.
        turn.scope.formUnion(.regular)
    }

    private mutating func passTime(at now: MonotonicInstant, into turn: inout Turn) {
        tickLinks(at: now, into: &turn)
        if let due = nextLook, now >= due {
            turn.scope.formUnion(.regular)
            if failures[.stateFile] != nil { turn.saves = true }
        }
        lookAtGauges(at: now, into: &turn)
        let due = checks.takeDue(at: now)
        guard !due.isEmpty, phase.holdsAddresses else { return }
        // A connection of our own would keep a drain from ending.
        if case .draining = phase { return }
        turn.afterKernel += due.filter { isBound($0.service.endpoint.address) && drain(of: $0.service) == nil }.map {
            .run(.check($0.check, of: $0.service))
        }
    }

    mutating func enter(_ phase: AgentPhase, at now: MonotonicInstant) {
        self.phase = phase
        phaseSince = now
    }

    private mutating func note(
        failure reason: String,
        of effect: AgentEffect,
        at now: MonotonicInstant,
        into turn: inout Turn,
    ) {
        statistics.failures += 1
        guard let subject = FailureSubject(effect) else { return }
        let text = Limits.printable(reason, bytes: Limits.evidence)
        if subject.isOfKernel { retryAt = now + (isHurried ? Self.hurriedLookInterval : Self.lookInterval) }
        guard failures.updateValue(text, forKey: subject) != text else { return }
        turn.outbound.append(.log(.failed("\(subject)", reason: text)))
    }

    /// Whether something is about to end.
    var isHurried: Bool {
        switch phase {
        case .draining, .removing: true
        case .starting, .running, .released, .stopped: !unitWaits.isEmpty
        }
    }

    /// How long to rest between two looks at the whole host.
    private var restOfLooks: Interval {
        if isHurried { return Self.hurriedLookInterval }
        return isQuietUncounted ? Self.drainLookInterval : Self.lookInterval
    }

    /// Whether every look counts connections.
    var wantsConnections: Bool { isHurried || countsConnections || isQuietUncounted }

    /// Asks for a look at what this turn made doubtful, and says when the next one is due.
    private mutating func look(at now: MonotonicInstant, into turn: inout Turn) {
        turn.save(saved)
        if case .stopped = phase { return }
        guard !turn.scope.isEmpty else { return }
        if wantsConnections { turn.scope.insert(.connections) }
        if turn.scope.isSuperset(of: .regular) {
            nextLook = now + restOfLooks
            if used.isSampleDue(at: now, of: demand.services) { turn.scope.insert(.connections) }
        }
        let ours = (host.addresses?.held ?? []).filter { $0.isLoopback && $0.isOurs }.map(\.prefix.address)
        let addresses = Set(demand.addresses).union(ours).sorted()
        turn.afterKernel.append(
            .observe(turn.scope, addresses: addresses, directors: Set(links.map(\.remote)).sorted())
        )
    }
}
