import AgentProtocol
import Balancing
import DirectorCore
import Health
import Primitives
import Testing

/// A cluster core with scripted agents, whose real encoded bytes travel, and a kernel that does what is desired.
final class Bench {
    static let virtualAddress = IPAddress.v4(IPv4Address(192, 0, 2, 100))
    static let service = ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: virtualAddress, port: 80))
    static let boot = BootIdentifier(high: 1, low: 2)

    /// A scripted agent on one node.
    struct Agent {
        var session: AgentLinkSession
        var connection: ConnectionIdentifier
        var events: [AgentLinkEvent] = []
    }

    /// A dial that the core asked for.
    struct Dial {
        var name: String
        var endpoint: Endpoint
        var connection: ConnectionIdentifier
        var at: MonotonicInstant
        var isAnswered = false
    }

    var core = ClusterCore(seed: 1)
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    var agents: [String: Agent] = [:]
    var dials: [Dial] = []
    var closed: [ConnectionIdentifier] = []
    var desires: [(table: DesiredTable, at: MonotonicInstant)] = []
    var demands: [ProbeDemand] = []
    var logs: [StatusChange] = []
    var remembered: [[OperatorOrder]] = []
    var availability: [ServiceAvailability] = []
    /// How often the core said that the other director's news are old.
    var opinionsOutdated = 0
    var hasStopped = false
    /// What the kernel has of each real address.
    var kernel: [Endpoint: UInt32] = [:]
    /// Nodes whose agents answer dials.
    var listening: Set<String> = []
    var facts: [String: [Fact]] = [:]
    /// What share of their capacity nodes offer.
    var capacities: [String: UInt8] = [:]

    static func settings(_ change: (inout ClusterSettings) -> Void = { _ in }) -> ClusterSettings {
        let servers = (1...2).map { number in
            RealServerSettings(
                name: "web\(number)",
                address: .v4(IPv4Address(192, 0, 2, UInt8(10 + number))),
                agent: RealServerSettings.Agent(fingerprint: fingerprint(UInt8(number))),
            )
        }
        var settings = ClusterSettings(
            directorName: "director1",
            interface: "eth0",
            realServers: servers,
            services: [
                ServiceSettings(
                    name: "web",
                    service: VirtualService(identity: service),
                    members: servers.map { ServiceSettings.Member(realServer: $0.name) },
                )
            ],
        )
        change(&settings)
        return settings
    }

    static func fingerprint(_ byte: UInt8) -> KeyFingerprint {
        guard let fingerprint = KeyFingerprint(bytes: Array(repeating: byte, count: 32)) else {
            preconditionFailure("32 bytes are a fingerprint")
        }
        return fingerprint
    }

    static func endpoint(_ number: UInt8) -> Endpoint {
        Endpoint(address: .v4(IPv4Address(192, 0, 2, 10 + number)), port: 80)
    }

    static func good(_ kinds: Set<FactKind> = []) -> [Fact] {
        let about: [(FactKind, FactSubject)] = [
            (.vipBound, .address(virtualAddress)), (.prefixExact, .address(virtualAddress)),
            (.arpSilent, .address(virtualAddress)), (.arpAnnounce, .address(virtualAddress)),
            (.listenerPresent, .service(service)), (.localProbe, .service(service)), (.draining, .node),
            (.reversePathOK, .node), (.realAddressOnLink, .node),
        ]
        return about.map { kind, subject in
            let isState = kind == .draining
            let isWrong = kinds.contains(kind) != isState
            return Fact(kind, subject, isWrong ? .violated : .holds, evidence: "\(kind) as scripted")
        }
    }

    /// Hands an event over and executes what comes back.
    func send(_ event: ClusterEvent) {
        apply(core.handle(event, at: now))
        if case .started = event { look() }
        if let due = core.deadline, due <= now { apply(core.handle(.deadlineReached, at: now)) }
    }

    func apply(_ effects: [ClusterEffect]) {
        for effect in effects {
            switch effect {
            case .desire(let table): desires.append((table, now))
            case .sendAgentBytes(let connection, let bytes): deliver(bytes, to: connection)
            case .closeAgent(let connection):
                closed.append(connection)
                agents = agents.filter { $0.value.connection != connection }
            case .dial(let connection, let name, let endpoint, _):
                dials.append(Dial(name: name, endpoint: endpoint, connection: connection, at: now))
            case .probe(let demand): demands.append(demand)
            case .remember(let orders, _): remembered.append(orders)
            case .log(let change): logs.append(change)
            case .availability(let services): availability = services
            case .opinionsOutdated: opinionsOutdated += 1
            case .stopped: hasStopped = true
            }
        }
    }

    private func deliver(_ bytes: [UInt8], to connection: ConnectionIdentifier) {
        guard let name = agents.first(where: { $0.value.connection == connection })?.key else { return }
        do {
            let events = try agents[name]?.session.received(bytes[...], at: now) ?? []
            agents[name]?.events += events
        } catch {
            Issue.record("the agent of \(name) refuses what the director sent: \(error)")
        }
        flush(name)
    }

    /// Sends what an agent has to send.
    func flush(_ name: String) {
        guard var agent = agents[name] else { return }
        let bytes = agent.session.takeOutput()
        agents[name] = agent
        if !bytes.isEmpty { send(.agentBytes(agent.connection, bytes)) }
    }

    /// An agent comes to new findings.
    func publish(_ name: String, _ facts: [Fact]) {
        self.facts[name] = facts
        agents[name]?.session.publish(facts, capacity: capacities[name], at: now)
        flush(name)
    }

    /// Answers the dials that nobody has answered yet.
    func answerDials() {
        while let index = dials.firstIndex(where: { listening.contains($0.name) && !$0.isAnswered }) {
            let dial = dials[index]
            dials[index].isAnswered = true
            var session = AgentLinkSession(
                bootIdentifier: BootIdentifier(high: 7, low: 7),
                name: dial.name,
                programVersion: "1",
                at: now
            )
            session.publish(facts[dial.name] ?? Self.good(), capacity: capacities[dial.name], at: now)
            agents[dial.name] = Agent(session: session, connection: dial.connection)
            send(.agentConnected(dial.connection))
        }
    }

    /// Lets the time pass, with heartbeats of the agents that are connected.
    func run(for length: Interval, except silent: Set<String> = []) {
        let end = now + length
        while true {
            answerDials()
            let beats = agents.filter { !silent.contains($0.key) }.compactMap(\.value.session.deadline).min()
            guard let next = [core.deadline, beats].compactMap(\.self).min(), next <= end else { break }
            now = max(now, next)
            for name in agents.keys.sorted() where !silent.contains(name) {
                do {
                    try agents[name]?.session.tick(at: now)
                } catch {
                    Issue.record("the agent of \(name) gave up: \(error)")
                }
                flush(name)
            }
            if let deadline = core.deadline, deadline <= now { send(.deadlineReached) }
        }
        now = end
    }

    /// Reports what probes find: states by check for a node.
    func probes(_ number: UInt8, tcp: Verdict.State?, path: Verdict.State?) {
        guard let demand = demands.last else { return }
        let entries = demand.targets.compactMap { target -> ProbeReport.Entry? in
            var entry = ProbeReport.Entry(target: target, at: now)
            let state: Verdict.State?
            switch target.check {
            case .tcp(let endpoint):
                guard endpoint == Self.endpoint(number) else { return nil }
                state = tcp
                entry.verdict = Verdict(.up, .passing, since: now)
                if state == .down { entry.verdict = Verdict(.down, .probeRefused, evidence: "refused", since: now) }
                if state == .unknown { entry.verdict = Verdict(.unknown, .probeCouldNotRun, since: now) }
            case .real:
                return nil
            case .directPath(_, let real):
                guard real == Self.endpoint(number) else { return nil }
                state = path
                entry.verdict = Verdict(.up, .passing, since: now)
                if state == .down {
                    entry.verdict = Verdict(.down, .directRoutingBlackHole, evidence: "silent", since: now)
                }
            }
            return state == nil ? nil : entry
        }
        send(.probeReported(ProbeReport(isSummary: false, entries: entries)))
    }

    /// The dataplane thread tells of what the kernel has.
    func look() {
        let destinations = kernel.keys.sorted().map {
            ObservedDestination(endpoint: $0, weight: kernel[$0] ?? 0, activeConnections: 3)
        }
        let observed = ObservedService(service: VirtualService(identity: Self.service), destinations: destinations)
        send(.dataplaneReported(DataplaneReport(at: now, services: kernel.isEmpty ? [] : [observed])))
    }

    /// The kernel takes on what is desired, and the dataplane thread tells of it.
    func converge() {
        if let table = desires.last?.table {
            var fresh: [Endpoint: UInt32] = [:]
            for destination in table.services.flatMap(\.destinations) {
                switch destination.weight {
                case .exactly(let weight): fresh[destination.endpoint] = weight
                case .keep(let initial): fresh[destination.endpoint] = kernel[destination.endpoint] ?? initial
                case .adopt: fresh[destination.endpoint] = kernel[destination.endpoint]
                }
            }
            kernel = fresh
        }
        look()
    }

    /// What is wanted of a node: nothing while the kernel's weight is kept.
    func weight(_ number: UInt8) -> UInt32? {
        let destination = desires.last?.table.services.first?.destinations.first {
            $0.endpoint == Self.endpoint(number)
        }
        if case .exactly(let weight) = destination?.weight { return weight }
        return nil
    }

    /// A destination's status.
    func destination(_ number: Int) -> DestinationStatus? {
        core.status(at: now).services.first?.destinations.first { $0.realServer == "web\(number)" }
    }

    /// A cluster whose two nodes serve.
    static func serving(_ change: (inout ClusterSettings) -> Void = { _ in }) -> Bench {
        let bench = Bench()
        bench.listening = ["web1", "web2"]
        bench.send(.started(settings(change), bootIdentifier: boot, programVersion: "1"))
        bench.run(for: .milliseconds(100))
        for number: UInt8 in 1...2 { bench.probes(number, tcp: .up, path: .up) }
        bench.converge()
        return bench
    }
}
