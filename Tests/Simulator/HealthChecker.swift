import AgentProtocol
import Balancing
import DirectorCore
import Health
import Primitives

/// Watches what the directors make of what they are told about the real servers.
///
/// It keeps its own account of what every brain was told: by its prober and by the agents. Bounds are counted from the
/// moment at which a brain is told, or at which something that excuses it ends; `reaction` is the time that a healthy
/// director needs from there to its kernel.
final class HealthChecker {
    struct Pair: Hashable {
        var director: Int
        var server: Int
        var service: ServiceIdentity
    }

    /// What a brain was told about a real server in a service.
    struct Knowledge {
        /// What the probes of the real address and of the direct path found.
        var probes: [Verdict?] = [nil, nil]
        /// What the agent called wrong when it was heard last.
        var complaints: [Reason] = []
        /// Since when a probe has called it down, and all of them have not called it up again.
        var badSince: MonotonicInstant?

        var isDown: Bool { probes.contains { $0?.state == .down } }
        var isGood: Bool { complaints.isEmpty && probes.allSatisfy { $0?.state == .up } }
        /// All that is wrong with it.
        var reasons: [Reason] { complaints + probes.compactMap { $0?.state == .down ? $0?.reason : nil } }
        /// Whether it might serve: nothing shows that a connection sent to it is lost for certain.
        var mightServe: Bool { !reasons.contains(where: \.forbidsFailingOpen) }
        /// Whether it cannot serve, whichever of the reasons decides.
        var isHopeless: Bool { !reasons.isEmpty && reasons.allSatisfy(\.forbidsFailingOpen) }
    }

    private unowned let world: Simulation
    private var known: [Pair: Knowledge] = [:]
    private var settings: [Int: ClusterSettings] = [:]
    private var logged: [[String]: DestinationState] = [:]
    private var reasons: [[String]: Reason] = [:]
    /// When a service last failed open with a real server.
    private(set) var excusedAt: [Pair: MonotonicInstant] = [:]
    private var deadSince: [[String]: MonotonicInstant] = [:]
    /// Since when a real server has been a member of a service on a director.
    private var memberSince: [Pair: MonotonicInstant] = [:]

    init(world: Simulation) {
        self.world = world
    }

    // MARK: What the brains are told, and what they say.

    func handled(_ event: ClusterEvent, _ effects: [ClusterEffect], by process: DirectorProcess) {
        let director = process.node.index
        switch event {
        case .started(let first, _, _):
            settings[director] = first
            known = known.filter { $0.key.director != director }
            logged = logged.filter { $0.key[0] != process.node.name }
        case .configurationReplaced(let new):
            // Whoever is configured again is probed anew, and begins unknown.
            let old = settings.updateValue(new, forKey: director)
            known = known.filter { pair, _ in pair.director != director || new.has(pair.server, pair.service) }
            logged = logged.filter { key, _ in
                key[0] != process.node.name || new.has(key[2], in: key[1]) && old?.has(key[2], in: key[1]) ?? false
            }
        case .probeReported(let report):
            for entry in report.entries { learn(entry, director) }
        default: break
        }
        for case .log(let change) in effects { judge(change, process.node) }
    }

    /// An agent's report reaches a director.
    func told(_ report: Report, by server: Int, to director: Int) {
        for service in world.services {
            known[Pair(director: director, server: server, service: service), default: Knowledge()].complaints =
                report.complaints(of: service)
        }
    }

    private func learn(_ entry: ProbeReport.Entry, _ director: Int) {
        let (real, index): (Endpoint, Int) =
            switch entry.target.check {
            case .tcp(let real), .real(_, let real, _): (real, 0)
            case .directPath(_, let real): (real, 1)
            }
        guard let server = world.realServer(at: real),
            let service = world.services.first(where: { $0.endpoint.port == real.port })
        else { return }
        let pair = Pair(director: director, server: server.index, service: service)
        var knowledge = known[pair] ?? Knowledge()
        knowledge.probes[index] = entry.verdict
        // That a probe cannot run any more makes nothing better.
        let isStillBad = knowledge.badSince != nil && knowledge.probes.contains { $0 != nil && $0?.state != .up }
        knowledge.badSince = knowledge.isDown || isStillBad ? knowledge.badSince ?? world.now : nil
        known[pair] = knowledge
    }

    /// A transition is logged once, from where the last one led, and with a reason that can lead there.
    private func judge(_ change: StatusChange, _ node: DirectorNode) {
        guard case .destination(let service, let server) = change.subject else { return }
        func fail(_ what: String) {
            world.fail(.safety, .everyChangeHasAReason, "\(node.name): \(server) in \(service) \(what)")
        }
        guard let from = DestinationState(rawValue: change.from), let to = DestinationState(rawValue: change.to) else {
            return fail("goes from \"\(change.from)\" to \"\(change.to)\"")
        }
        let key = [node.name, service, server]
        if let last = logged[key], last != from { fail("goes from \(from) although it was \(last)") }
        logged[key] = to
        // It may fail open for less than a look.
        if change.reason == .failOpen || reasons[key] == .failOpen { excuse(server, in: service, node) }
        reasons[key] = change.reason
        let isUnknown = [.awaitingResults, .awaitingAgent, .probeCouldNotRun, .nobodyAnswers].contains(change.reason)
        let isPraise = [.passing, .agentConfirms, .peerConfirms, .unchecked].contains(change.reason)
        switch to {
        case .down: if isPraise || isUnknown { fail("is down because of \(change.reason)") }
        case .up: if isUnknown || change.reason.forbidsFailingOpen { fail("is up because of \(change.reason)") }
        case .unknown: if isPraise { fail("is unknown because of \(change.reason)") }
        case .draining, .drained, .maintenance: if isPraise || isUnknown { fail("leaves because of \(change.reason)") }
        }
    }

    private func excuse(_ name: String, in service: String, _ node: DirectorNode) {
        guard let settings = node.cluster.services.first(where: { $0.name == service }), settings.pool.failOpen != nil,
            let server = world.realServers.first(where: { $0.name == name })
        else { return }
        excusedAt[Pair(director: node.index, server: server.index, service: settings.service.identity)] = world.now
    }

    // MARK: What follows from it.

    func look() {
        for director in world.directors {
            guard let process = director.process, !process.isStopping, process.loops.allSatisfy({ !$0.isStalled })
            else {
                deadSince = deadSince.filter { $0.key[0] != director.name }
                continue
            }
            let status = process.status
            for service in director.cluster.services {
                guard let shown = status.services.first(where: { $0.name == service.name }) else { continue }
                checkLog(shown, director)
                checkBad(service, shown, director, process)
                checkAllZero(service, shown, director, process)
            }
        }
    }

    /// What the status shows is what the log said last.
    private func checkLog(_ service: ServiceStatus, _ director: DirectorNode) {
        for shown in service.destinations where shown.reason != .removed {
            let state = shown.state == .drained ? .draining : shown.state
            guard let last = logged[[director.name, service.name, shown.realServer]], last != state else { continue }
            world.fail(
                .safety,
                .everyChangeHasAReason,
                "\(director.name): \(shown.realServer) in \(service.name) is \(state), the log says \(last)"
            )
        }
    }

    /// A real server that a probe calls down has no weight `reaction` after the brain was told.
    private func checkBad(
        _ service: ServiceSettings,
        _ shown: ServiceStatus,
        _ director: DirectorNode,
        _ process: DirectorProcess,
    ) {
        for member in service.members {
            guard let server = world.realServers.first(where: { $0.name == member.realServer }) else { continue }
            let identity = service.service.identity
            let pair = Pair(director: director.index, server: server.index, service: identity)
            guard let since = known[pair]?.badSince else { continue }
            if isExcused(server, service, shown, director) { excusedAt[pair] = world.now }
            // Where the own probes cannot run, the other director's word is all there is; nor is anything known then that
            // a service must not fail open to, whatever an agent said before it fell silent.
            let mayGuess = shown.destinations.contains { destination in
                destination.realServer == server.name && [.peerConfirms, .failOpen].contains(destination.reason)
            }
            if mayGuess, known[pair]?.isDown == false { excusedAt[pair] = world.now }
            let endpoint = Endpoint(address: server.address, port: identity.endpoint.port)
            guard let entry = director.table.entry(identity, endpoint), entry.destination.weight > 0 else { continue }
            let bad = world.now - latest(max(since, excusedAt[pair] ?? since), director, process)
            guard bad > world.clusterChecker.reaction else { continue }
            world.fail(
                .safety,
                .knownBadGetsNothing,
                "\(director.name) gives \(server.name) in \(service.name) weight \(entry.destination.weight), "
                    + "although its probes have called it down for \(bad): \(known[pair]?.reasons ?? []), "
                    + "\(shown.destinations.map { "\($0.realServer) \($0.state) \($0.reason)" })"
            )
        }
    }

    /// A service that may fail open and has somebody who might serve gives somebody a weight, `reaction` after that is
    /// so; a director that has just started waits for what it does not know.
    private func checkAllZero(
        _ service: ServiceSettings,
        _ shown: ServiceStatus,
        _ director: DirectorNode,
        _ process: DirectorProcess,
    ) {
        let key = [director.name, service.name]
        let identity = service.service.identity
        let table = director.table.services.first { $0.service.identity == identity }
        let isDead = table.map { $0.destinations.allSatisfy { $0.destination.weight == 0 } } ?? true
        noteMembers(of: service, director)
        let mayServe = service.members.filter { member in
            guard let server = world.realServers.first(where: { $0.name == member.realServer }),
                let status = shown.destinations.first(where: { $0.realServer == member.realServer })
            else { return false }
            let pair = Pair(director: director.index, server: server.index, service: identity)
            // Of one that has just been added nobody knows even whether it has the address.
            guard let since = memberSince[pair], world.now - since >= service.pool.patience else { return false }
            return status.administrative == .inService && known[pair]?.mightServe != false
        }
        guard isDead, service.pool.failOpen != nil, !mayServe.isEmpty else {
            deadSince[key] = nil
            return
        }
        let since = deadSince[key] ?? world.now
        deadSince[key] = since
        let dead = world.now - max(latest(since, director, process), process.startedAt + service.pool.patience)
        guard dead > world.clusterChecker.reaction else { return }
        world.fail(
            .safety,
            .someoneServes,
            "\(director.name): every weight of \(service.name) has been 0 for \(dead), "
                + "although \(mayServe.map(\.realServer)) might serve"
        )
    }

    /// Notes since when a director's service has had which members.
    private func noteMembers(of service: ServiceSettings, _ director: DirectorNode) {
        let identity = service.service.identity
        let members = Set(service.members.map(\.realServer))
        for server in world.realServers {
            let pair = Pair(director: director.index, server: server.index, service: identity)
            memberSince[pair] = members.contains(server.name) ? memberSince[pair] ?? world.now : nil
        }
    }

    /// When a director could begin to act on what has been so since a time: not before it stood still for the last time,
    /// nor before its kernel failed for the last time, and a look after somebody has changed its table by hand.
    private func latest(
        _ since: MonotonicInstant,
        _ director: DirectorNode,
        _ process: DirectorProcess,
    ) -> MonotonicInstant {
        let resumed = process.loops.map(\.resumedAt).max() ?? since
        let repaired = director.meddledAt.map { $0 + .seconds(1) } ?? since
        return max(since, process.startedAt, resumed, repaired, director.failedAt)
    }

    /// Whether a service rightly fails open with a real server.
    ///
    /// It is promised to do so with too few left: so few are known to be good, and this one is not hopeless. From the
    /// end of that on the bounds count.
    func isExcused(_ server: RealServerNode, _ service: ServiceSettings, _ director: DirectorNode) -> Bool {
        guard service.pool.failOpen != nil,
            let shown = director.process?.status.services.first(where: { $0.name == service.name }),
            isExcused(server, service, shown, director)
        else { return false }
        excusedAt[Pair(director: director.index, server: server.index, service: service.service.identity)] = world.now
        return true
    }

    private func isExcused(
        _ server: RealServerNode,
        _ service: ServiceSettings,
        _ shown: ServiceStatus,
        _ director: DirectorNode,
    ) -> Bool {
        func knowledge(_ name: String) -> Knowledge? {
            let index = world.realServers.first { $0.name == name }?.index ?? -1
            return known[Pair(director: director.index, server: index, service: service.service.identity)]
        }
        guard let failOpen = service.pool.failOpen, knowledge(server.name)?.isHopeless != true,
            shown.destinations.first(where: { $0.realServer == server.name })?.reason == .failOpen
        else { return false }
        let inService = service.members.filter { member in
            shown.destinations.first { $0.realServer == member.realServer }?.administrative == .inService
        }
        let good = inService.filter { knowledge($0.realServer)?.isGood == true }
        let share = good.reduce(0) { $0 + $1.weight } * 100
        return share < inService.reduce(0) { $0 + $1.weight } * UInt32(failOpen.until)
    }
}

extension ClusterSettings {
    /// Whether a service of it has a real server.
    fileprivate func has(_ server: Int, _ identity: ServiceIdentity) -> Bool {
        services.contains { service in
            service.service.identity == identity
                && service.members.contains { $0.realServer == Lan.name(server) }
        }
    }

    fileprivate func has(_ server: String, in service: String) -> Bool {
        services.first { $0.name == service }?.members.contains { $0.realServer == server } ?? false
    }
}

extension Report {
    /// What it calls wrong about a service.
    func complaints(of service: ServiceIdentity) -> [Reason] {
        facts.compactMap { fact in
            let concerns =
                switch fact.subject {
                case .node: true
                case .address(let address): address == service.endpoint.address
                case .service(let identity): identity == service
                }
            return concerns ? Reason(negative: fact) : nil
        }
    }
}
