import AgentProtocol
import Balancing
import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing

/// A new configuration takes real servers out of a service.
@Suite struct LeavingTests {
    /// The cluster with other real servers in place of both.
    static func replaced() -> ClusterSettings {
        Bench.settings { settings in
            for index in settings.realServers.indices {
                settings.realServers[index] = RealServerSettings(
                    name: "new\(index)",
                    address: .v4(IPv4Address(192, 0, 2, UInt8(31 + index))),
                )
            }
            settings.services[0].directPathProbe = false
            settings.services[0].members = settings.realServers.map { .init(realServer: $0.name) }
        }
    }

    static func fresh(_ number: Int) -> Endpoint {
        Endpoint(address: .v4(IPv4Address(192, 0, 2, UInt8(31 + number))), port: 80)
    }

    /// What the last wish wants of an endpoint.
    static func weight(_ bench: Bench, _ endpoint: Endpoint) -> DesiredWeight? {
        bench.desires.last?.table.services.first?.destinations.first { $0.endpoint == endpoint }?.weight
    }

    static func report(_ bench: Bench, _ number: Int, _ state: Verdict.State) {
        let target = bench.demands.last?.targets.first { "\($0.check)".contains("\(fresh(number))") }
        guard let target else { return }
        var entry = ProbeReport.Entry(target: target, at: bench.now)
        entry.verdict = Verdict(state, state == .up ? .passing : .probeTimedOut, since: bench.now)
        bench.send(.probeReported(ProbeReport(isSummary: false, entries: [entry])))
    }

    /// Both real servers serve in the kernel.
    static func serving() -> Bench {
        let bench = Bench.serving()
        let destinations = [1, 2].map { ObservedDestination(endpoint: Bench.endpoint($0), weight: 1) }
        let service = ObservedService(service: VirtualService(identity: Bench.service), destinations: destinations)
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: [service])))
        return bench
    }

    @Test func `replacing all real servers keeps the old ones until the new ones are verified`() {
        let bench = Self.serving()
        bench.send(.configurationReplaced(Self.replaced()))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        #expect(Self.weight(bench, Bench.endpoint(2)) == .keep(initially: 1))
        #expect(Self.weight(bench, Self.fresh(0)) == .keep(initially: 0))
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1), "the other new one is not known yet")
        Self.report(bench, 1, .up)
        #expect(Self.weight(bench, Self.fresh(1)) == .exactly(1))
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
        #expect(Self.weight(bench, Bench.endpoint(2)) == nil)
    }

    @Test func `one that serves suffices after a while, and one that never does is not waited for by cutting off all`()
    {
        let bench = Self.serving()
        bench.send(.configurationReplaced(Self.replaced()))
        Self.report(bench, 0, .down)
        bench.now = bench.now + .seconds(60)
        bench.send(.deadlineReached)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1), "nobody else serves")
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
        // It does not come back when the new one fails.
        Self.report(bench, 0, .down)
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
    }

    @Test func `one that serves on gets nothing while its agent or an operator says so`() {
        let bench = Self.serving()
        bench.send(
            .configurationReplaced(
                Bench.settings { settings in
                    settings.realServers.append(Self.replaced().realServers[0])
                    settings.services[0].directPathProbe = false
                    settings.services[0].members = [.init(realServer: "new0")]
                }
            )
        )
        Self.report(bench, 0, .down)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        bench.logs = []
        bench.publish("web1", Bench.good([.vipBound]))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(0))
        #expect(Self.weight(bench, Bench.endpoint(2)) == .keep(initially: 1))
        #expect(bench.logs.map(\.reason) == [.vipMissing])
        bench.publish("web1", Bench.good())
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(1))
        bench.publish("web2", Bench.good([.draining]))
        #expect(Self.weight(bench, Bench.endpoint(2)) == .exactly(0))
        bench.send(.operatorCommand(.setOverride(realServer: "web1", .drain)))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(0))
        #expect(bench.logs.map(\.reason).filter { $0 == .operatorDrain }.count == 1)
        bench.send(.operatorCommand(.setOverride(realServer: "web1", .none)))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(1))
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
    }

    @Test func `one of several goes at once where the others serve`() {
        let bench = Self.serving()
        bench.send(.configurationReplaced(Bench.settings { $0.services[0].members.removeFirst() }))
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
        #expect(Self.weight(bench, Bench.endpoint(2)) == .exactly(1))
    }

    @Test func `a real server that moves to another address is another one until it is verified`() {
        let bench = Self.serving()
        let moved = Bench.settings { settings in
            settings.realServers[0].address = Self.fresh(0).address
            settings.realServers[0].agent = nil
            settings.services[0].directPathProbe = false
        }
        // The other director has not reloaded yet: what it calls web1 is the machine of before.
        let opinions = [PeerOpinion(service: "web", realServer: "web1", state: .up, reason: "passing")]
        bench.send(.peerReported(director: "lb2", opinions))
        bench.send(.configurationReplaced(moved))
        // That the configurations differ is known only now.
        bench.send(.peerReported(director: "lb2", opinions, hasSameConfiguration: false))
        #expect(Self.weight(bench, Self.fresh(0)) == .keep(initially: 0))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1), "it serves in the meantime")
        Self.report(bench, 0, .down)
        #expect(Self.weight(bench, Self.fresh(0)) == .exactly(0))
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Self.fresh(0)) == .exactly(1))
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
    }

    @Test func `a service that moves to another port knows nothing of its real servers there`() {
        let bench = Self.serving()
        let opinions = [PeerOpinion(service: "web", realServer: "web1", state: .up, reason: "passing")]
        bench.send(.peerReported(director: "lb2", opinions))
        let identity = ServiceIdentity(
            protocol: .tcp,
            endpoint: Endpoint(address: Bench.virtualAddress, port: 8_080)
        )
        bench.send(
            .configurationReplaced(Bench.settings { $0.services[0].service = VirtualService(identity: identity) })
        )
        let weights = bench.desires.last?.table.services.first?.destinations.map(\.weight)
        #expect(weights == [.keep(initially: 0), .keep(initially: 0)])
    }

    @Test func `one that serves on in the place of those that fail does so until the backups come in`() {
        func settings(isFirstThere: Bool) -> ClusterSettings {
            Bench.settings { settings in
                settings.services[0].directPathProbe = false
                for index in settings.realServers.indices { settings.realServers[index].agent = nil }
                settings.realServers.append(RealServerSettings(name: "b", address: Self.fresh(0).address))
                settings.services[0].members.append(.init(realServer: "b", role: .backup))
                if !isFirstThere { settings.services[0].members.removeFirst() }
            }
        }
        let bench = Bench()
        bench.send(.started(settings(isFirstThere: true), bootIdentifier: Bench.boot, programVersion: "1"))
        bench.probes(1, tcp: .up, path: nil)
        bench.probes(2, tcp: .down, path: nil)
        Self.report(bench, 0, .up)
        bench.converge()
        #expect(Self.weight(bench, Self.fresh(0)) == nil, "web1 suffices")
        bench.send(.configurationReplaced(settings(isFirstThere: false)))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        bench.now = bench.now + .seconds(11)
        bench.send(.deadlineReached)
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Self.fresh(0)) == .exactly(1))
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
    }

    @Test func `when the last one that served on dies, the sorry server is there in the same turn`() {
        func settings(isThere: Bool) -> ClusterSettings {
            Bench.settings { settings in
                settings.services[0].directPathProbe = false
                for index in settings.realServers.indices { settings.realServers[index].agent = nil }
                settings.realServers.append(RealServerSettings(name: "s", address: Self.fresh(0).address))
                settings.services[0].members.append(.init(realServer: "s", role: .sorry))
                if !isThere { settings.services[0].members.removeFirst() }
            }
        }
        let bench = Bench()
        bench.send(.started(settings(isThere: true), bootIdentifier: Bench.boot, programVersion: "1"))
        bench.probes(1, tcp: .up, path: nil)
        bench.probes(2, tcp: .down, path: nil)
        Self.report(bench, 0, .up)
        bench.converge()
        bench.send(.configurationReplaced(settings(isThere: false)))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        #expect(Self.weight(bench, Self.fresh(0)) == nil)
        bench.probes(1, tcp: .down, path: nil)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(0))
        #expect(Self.weight(bench, Self.fresh(0)) == .exactly(1))
    }

    @Test func `waiting for those that never come keeps nobody busy`() {
        let bench = Self.serving()
        bench.send(.configurationReplaced(Self.replaced()))
        bench.now = bench.now + .seconds(11)
        bench.send(.deadlineReached)
        bench.send(.deadlineReached)
        #expect(bench.core.deadline.map { $0 > bench.now } ?? true)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
    }

    @Test func `a sorry server that stands by is nobody to wait for, and serves in nobody's place`() {
        let bench = Self.serving()
        let settings = Bench.settings { settings in
            settings.services[0].members[1].role = .sorry
            settings.services[0].members.append(.init(realServer: "web3"))
            settings.realServers.append(
                RealServerSettings(name: "web3", address: .v4(IPv4Address(192, 0, 2, 31)))
            )
            settings.services[0].directPathProbe = false
        }
        bench.send(.configurationReplaced(settings))
        #expect(bench.availability.last?.state != .sorry, "the new one has not had its time")
        // web1 leaves; web2 stands by.
        bench.send(
            .configurationReplaced(
                Bench.settings { new in
                    new = settings
                    new.services[0].members.removeFirst()
                }
            )
        )
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        Self.report(bench, 0, .up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil, "the new one serves")
    }

    @Test func `the node keeps the address as long as a kernel may send it anything`() {
        let bench = Self.serving()
        func addresses() -> [IPAddress]? {
            let events = bench.agents["web2"]?.events ?? []
            return events.compactMap { if case .desired(let state) = $0 { state.addresses } else { nil } }.last
        }
        func kernel(_ weights: [UInt8: UInt32]) {
            let destinations = weights.keys.sorted().map { number in
                ObservedDestination(
                    endpoint: Bench.endpoint(number),
                    weight: weights[number] ?? 0,
                    activeConnections: 1
                )
            }
            let service = ObservedService(service: VirtualService(identity: Bench.service), destinations: destinations)
            bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: [service])))
        }
        #expect(addresses() == [Bench.virtualAddress])
        bench.send(.configurationReplaced(Bench.settings { $0.services[0].members.removeLast() }))
        kernel([1: 1, 2: 0])
        #expect(addresses() == [Bench.virtualAddress], "an old entry may lead a client there")
        kernel([1: 1])
        #expect(addresses() == [])
    }

    @Test func `one that serves on is probed on, and gets nothing when it dies`() {
        let bench = Self.serving()
        bench.send(.configurationReplaced(Self.replaced()))
        func tell(_ state: Verdict.State) {
            let target = bench.demands.last?.targets.first { $0.check == .tcp(Bench.endpoint(1)) }
            guard let target else {
                Issue.record("nobody probes it")
                return
            }
            var entry = ProbeReport.Entry(target: target, at: bench.now)
            entry.verdict = Verdict(state, state == .up ? .passing : .probeTimedOut, since: bench.now)
            bench.send(.probeReported(ProbeReport(isSummary: false, entries: [entry])))
        }
        tell(.down)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(0))
        #expect(Self.weight(bench, Bench.endpoint(2)) == .keep(initially: 1))
        tell(.up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == .exactly(1))
        for number in 0...1 { Self.report(bench, number, .up) }
        #expect(bench.demands.last?.targets.contains { $0.check == .tcp(Bench.endpoint(1)) } == false)
    }

    @Test func `clients of UDP do not stay with a real server that died, and do with one that is drained`() {
        let bench = Bench()
        let udp = ServiceIdentity(protocol: .udp, endpoint: Endpoint(address: Bench.virtualAddress, port: 53))
        let settings = Bench.settings { settings in
            settings.services[0].service = VirtualService(identity: udp)
            settings.services[0].probe.kind = .icmp
            for index in settings.realServers.indices { settings.realServers[index].agent = nil }
        }
        bench.send(.started(settings, bootIdentifier: Bench.boot, programVersion: "1"))
        func tell(_ number: Int, _ state: Verdict.State) {
            guard let target = bench.demands.last?.targets[number - 1] else { return }
            var entry = ProbeReport.Entry(target: target, at: bench.now)
            entry.verdict = Verdict(state, state == .up ? .passing : .probeTimedOut, since: bench.now)
            bench.send(.probeReported(ProbeReport(isSummary: false, entries: [entry])))
        }
        func cutOff() -> [String] {
            bench.desires.last?.table.services.first?.cutOff.map { "\($0.address)" } ?? []
        }
        tell(1, .up)
        tell(2, .up)
        #expect(cutOff() == [])
        tell(1, .down)
        #expect(cutOff() == ["192.0.2.11"])
        #expect(bench.desires.last?.table.services.first?.destinations.count == 1)
        // It may be the check that fails: nobody would take them.
        tell(2, .down)
        #expect(cutOff() == [])
        tell(2, .up)
        #expect(cutOff() == ["192.0.2.11"])
        tell(1, .up)
        #expect(cutOff() == [])
        bench.send(.operatorCommand(.setOverride(realServer: "web1", .drain)))
        #expect(cutOff() == [], "it is to end what it has begun")
        tell(1, .down)
        #expect(cutOff() == ["192.0.2.11"], "it cannot any more")
        #expect(bench.desires.last?.table.servesUDP == true)
    }

    @Test func `a sorry server that is exchanged serves until the new one does, and is no real server`() {
        func settings(sorry: Int) -> ClusterSettings {
            Bench.settings { settings in
                settings.services[0].directPathProbe = false
                for index in settings.realServers.indices { settings.realServers[index].agent = nil }
                for number in 0...1 {
                    let address = Self.fresh(number).address
                    settings.realServers.append(RealServerSettings(name: "s\(number)", address: address))
                }
                settings.services[0].members.append(.init(realServer: "s\(sorry)", role: .sorry))
            }
        }
        let bench = Bench()
        bench.send(.started(settings(sorry: 0), bootIdentifier: Bench.boot, programVersion: "1"))
        for number: UInt8 in 1...2 { bench.probes(number, tcp: .down, path: nil) }
        Self.report(bench, 0, .up)
        bench.converge()
        #expect(bench.availability.last?.state == .sorry)
        bench.send(.configurationReplaced(settings(sorry: 1)))
        #expect(bench.availability.last?.state == .unavailable, "the quorum is lost whoever says sorry")
        #expect(Self.weight(bench, Self.fresh(0)) == .keep(initially: 1))
        #expect(bench.core.status(at: bench.now).services.first?.isAnsweredAnyway == true)
        Self.report(bench, 1, .up)
        #expect(bench.availability.last?.state == .sorry)
        #expect(Self.weight(bench, Self.fresh(1)) == .exactly(1))
        #expect(Self.weight(bench, Self.fresh(0)) == nil)
    }

    @Test func `those that serve in spite of their checks go on while their successors are not known`() {
        let bench = Self.serving()
        let open = FailOpen.Settings(below: 50, until: 60)
        bench.send(.configurationReplaced(Bench.settings { $0.services[0].pool.failOpen = open }))
        for number: UInt8 in 1...2 {
            bench.publish("web\(number)", [])
            bench.probes(number, tcp: .down, path: .up)
        }
        #expect(bench.availability.last?.state == .failingOpen)
        bench.converge()
        var replaced = Self.replaced()
        replaced.services[0].pool.failOpen = open
        bench.send(.configurationReplaced(replaced))
        #expect(Self.weight(bench, Bench.endpoint(1)) == .keep(initially: 1))
        #expect(Self.weight(bench, Self.fresh(0)) == .keep(initially: 0))
        Self.report(bench, 0, .up)
        Self.report(bench, 1, .up)
        #expect(Self.weight(bench, Bench.endpoint(1)) == nil)
    }
}
