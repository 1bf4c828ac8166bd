import AgentProtocol
import Balancing
import Health
import Primitives
import Testing
import VRRP

@testable import DirectorCore

@Suite struct `The cluster core` {
    @Test func `changes no weight at start until something is known`() {
        let bench = Bench()
        bench.kernel = [Bench.endpoint(1): 1, Bench.endpoint(2): 0]
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        #expect(bench.desires.count == 1)
        let destinations = bench.desires.last?.table.services.first?.destinations ?? []
        #expect(destinations.map(\.weight) == [.keep(initially: 0), .keep(initially: 0)])
        #expect(bench.desires.last?.table.ownAddresses == [Bench.virtualAddress])
        bench.run(for: .seconds(30))
        #expect(bench.desires.count == 1)
        bench.converge()
        #expect(bench.kernel == [Bench.endpoint(1): 1, Bench.endpoint(2): 0])
        #expect(bench.destination(1)?.state == .unknown)
    }

    @Test func `serves a node whose agent calls all good, before any probe has ended`() {
        let bench = Bench()
        bench.listening = ["web1"]
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        bench.run(for: .milliseconds(50))
        #expect(bench.weight(1) == 1)
        #expect(bench.destination(1)?.reason == .agentConfirms)
        #expect(bench.weight(2) == nil)
    }

    @Test func `serves a node whose agent was never heard only after its direct path was seen to work`() {
        let bench = Bench()
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        bench.probes(1, tcp: .up, path: nil)
        #expect(bench.weight(1) == nil)
        bench.probes(1, tcp: nil, path: .up)
        #expect(bench.weight(1) == 1)
        #expect(bench.destination(1)?.reason == .agentNeverHeard)
    }

    @Test func `the kernel's table goes out before the agents are told of it`() {
        let bench = Bench.serving()
        let told = bench.core.handle(.operatorCommand(.setOverride(realServer: "web1", .maintenance)), at: bench.now)
        #expect(told.contains { if case .desire = $0 { true } else { false } })
        #expect(!told.contains { if case .sendAgentBytes = $0 { true } else { false } })
        #expect(bench.core.deadline == bench.now)
        let after = bench.core.handle(.deadlineReached, at: bench.now)
        #expect(after.contains { if case .sendAgentBytes = $0 { true } else { false } })
        #expect(bench.core.deadline.map { $0 > bench.now } ?? true)
    }

    @Test(arguments: [
        (FactKind.listenerPresent, Reason.listenerMissing), (.vipBound, .vipMissing), (.prefixExact, .vipPrefixWrong),
        (.arpSilent, .arpNotSilent), (.arpAnnounce, .arpAnnounceUnsafe), (.localProbe, .localProbeFailed),
        (.reversePathOK, .reversePathWrong), (.realAddressOnLink, .realAddressOffLink),
    ])
    func `believes an agent's negative fact in the same turn`(kind: FactKind, reason: Reason) {
        let bench = Bench.serving()
        #expect(bench.weight(1) == 1)
        let before = bench.now
        bench.publish("web1", Bench.good([kind]))
        #expect(bench.weight(1) == 0)
        #expect(bench.desires.last?.at == before)
        #expect(bench.destination(1)?.reason == reason)
        #expect(bench.destination(1)?.evidence == "\(kind) as scripted")
        #expect(bench.weight(2) == 1)
        bench.publish("web1", Bench.good())
        #expect(bench.weight(1) == 1)
    }

    @Test func `changes no weight when an agent is killed, restarted or cut off`() {
        let bench = Bench.serving()
        let desires = bench.desires.count
        // Killed: the connection ends, dials are refused for a while, then it is back.
        bench.listening = []
        if let connection = bench.agents["web1"]?.connection {
            bench.agents["web1"] = nil
            bench.send(.agentClosed(connection, reason: "reset"))
        }
        bench.run(for: .milliseconds(400))
        #expect(bench.core.status(at: bench.now).realServers[0].agent.state == .connected)
        bench.run(for: .seconds(3))
        #expect(bench.core.status(at: bench.now).realServers[0].agent.state == .stale)
        #expect(bench.destination(1)?.reason == .agentStale)
        bench.listening = ["web1", "web2"]
        bench.run(for: .seconds(10))
        #expect(bench.core.status(at: bench.now).realServers[0].agent.state == .connected)
        // Cut off: nothing comes and nothing closes.
        bench.run(for: .seconds(1), except: ["web1"])
        #expect(bench.core.status(at: bench.now).realServers[0].agent.state == .stale)
        #expect(bench.desires.count == desires)
        #expect(bench.weight(1) == 1)
    }

    @Test func `dials anew when a stale connection stays silent, as after a reboot without a word`() {
        let bench = Bench.serving()
        let dials = bench.dials.count
        bench.run(for: .seconds(5), except: ["web1"])
        #expect(bench.closed.count >= 1)
        #expect(bench.dials.count > dials)
    }

    @Test func `keeps out a node that was wrong when it was last heard, where no probe can see it`() {
        let bench = Bench.serving()
        bench.publish("web1", Bench.good([.arpSilent]))
        #expect(bench.weight(1) == 0)
        bench.run(for: .milliseconds(700), except: ["web1"])
        #expect(bench.destination(1)?.state == .unknown)
        #expect(bench.weight(1) == 0)
        bench.publish("web2", Bench.good([.listenerPresent]))
        #expect(bench.weight(2) == 0)
        // That a probe passes shows that this one is over.
        bench.run(for: .milliseconds(700), except: ["web1", "web2"])
        #expect(bench.weight(2) == 1)
    }

    @Test func `takes a node out on its own probes whatever the agent says`() {
        let bench = Bench.serving()
        bench.probes(1, tcp: nil, path: .down)
        #expect(bench.weight(1) == 0)
        #expect(bench.destination(1)?.reason == .directRoutingBlackHole)
        #expect(bench.destination(1)?.state == .down)
        bench.probes(1, tcp: .down, path: .up)
        #expect(bench.destination(1)?.reason == .probeRefused)
        bench.probes(1, tcp: .up, path: nil)
        #expect(bench.weight(1) == 1)
    }

    @Test func `drains a node that asks for it and says so once the kernel has weight 0`() throws {
        let bench = Bench.serving()
        bench.agents["web1"]?.session.requestDrain(DrainRequest(identifier: 9, deadline: .seconds(30)))
        bench.publish("web1", Bench.good([.draining]))
        #expect(bench.weight(1) == 0)
        #expect(bench.destination(1)?.state == .draining)
        func isAcknowledged(_ bench: Bench) -> Bool {
            bench.agents["web1"]?.events.contains(.drainAcknowledged(DrainReply(identifier: 9))) ?? false
        }
        #expect(!isAcknowledged(bench))
        bench.now = bench.now + .milliseconds(1)
        let observed = ObservedService(
            service: VirtualService(identity: Bench.service),
            destinations: [ObservedDestination(endpoint: Bench.endpoint(1), weight: 1)],
        )
        // A dump from before the operation does not count, the operation itself does.
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: [observed])))
        #expect(!isAcknowledged(bench))
        let set = PlannedOperation(
            .setDestination(Bench.service, Destination(endpoint: Bench.endpoint(1), weight: 0)),
            .wanted
        )
        bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: [observed], applied: [set])))
        #expect(isAcknowledged(bench))
        // The node goes away and stays drained until it is back and says otherwise.
        bench.listening = []
        if let connection = bench.agents["web1"]?.connection {
            bench.agents["web1"] = nil
            bench.send(.agentClosed(connection, reason: "end"))
        }
        bench.run(for: .seconds(20))
        #expect(bench.weight(1) == 0)
        bench.facts["web1"] = Bench.good()
        bench.listening = ["web1"]
        bench.run(for: .seconds(10))
        #expect(bench.weight(1) == 1)
    }

    @Test func `lets a drain run out whose node never came back`() {
        let bench = Bench.serving()
        bench.agents["web1"]?.session.requestDrain(DrainRequest(identifier: 9, deadline: .seconds(30)))
        bench.flush("web1")
        #expect(bench.weight(1) == 0)
        bench.listening = ["web2"]
        if let connection = bench.agents["web1"]?.connection {
            bench.agents["web1"] = nil
            bench.send(.agentClosed(connection, reason: "end"))
        }
        bench.run(for: .seconds(59))
        #expect(bench.weight(1) == 0)
        bench.run(for: .seconds(2))
        #expect(bench.weight(1) == 1)
        #expect(bench.destination(1)?.reason == .agentStale)
    }

    @Test func `tells the agents what they shall hold and what weight they have`() {
        let bench = Bench.serving()
        let events = bench.agents["web1"]?.events ?? []
        let wanted = events.compactMap { if case .desired(let state) = $0 { state } else { nil } }
        #expect(wanted.map(\.addresses) == [[Bench.virtualAddress]])
        #expect(wanted.first?.services == [Bench.service])
        let views = events.compactMap { if case .viewed(let view) = $0 { view } else { nil } }
        #expect(views.last?.entries == [View.Entry(service: Bench.service, weight: 1, reason: "passing")])
    }

    @Test func `obeys the operator`() {
        let bench = Bench.serving()
        bench.send(.operatorCommand(.setOverride(realServer: "web1", .maintenance)))
        #expect(bench.weight(1) == 0)
        #expect(bench.destination(1)?.state == .maintenance)
        bench.send(.operatorCommand(.setOverride(realServer: "web1", .none)))
        #expect(bench.weight(1) == 1)
    }

    @Test func `replaces the settings whole and keeps what it knows`() {
        let bench = Bench.serving()
        let links = bench.dials.count
        bench.send(
            .configurationReplaced(
                Bench.settings {
                    $0.services[0].members[0].weight = 5
                    $0.services[0].members.removeLast()
                    $0.realServers.removeLast()
                }
            )
        )
        #expect(bench.weight(1) == 5)
        #expect(bench.desires.last?.table.services.first?.destinations.count == 1)
        #expect(bench.dials.count == links)
        #expect(bench.closed.count == 1)
        #expect(bench.agents["web2"] == nil)
        #expect(bench.demands.last?.targets.count == 2)
        #expect(bench.core.status(at: bench.now).configurationGeneration == 2)
        // A service whose address is no longer used is still ours to remove.
        bench.send(.configurationReplaced(Bench.settings { $0.services = [] }))
        #expect(bench.desires.last?.table == DesiredTable(services: [], ownAddresses: [Bench.virtualAddress]))
        bench.converge()
        let gone = bench.agents["web1"]?.events.compactMap { if case .desired(let state) = $0 { state } else { nil } }
        #expect(gone?.last?.addresses == [])
    }

    @Test func `closes a link that breaks the protocol and dials again`() {
        let bench = Bench.serving()
        let connection = bench.agents["web1"]?.connection ?? ConnectionIdentifier(rawValue: 0)
        bench.send(.agentBytes(connection, [0xff, 0xff, 0xff, 0xff, 0, 0]))
        #expect(bench.closed == [connection])
        #expect(bench.logs.last?.reason == .linkViolation)
        #expect(bench.weight(1) == 1)
        bench.run(for: .seconds(1))
        #expect(bench.agents["web1"] != nil)
    }

    @Test func `waits longer and longer between dials, never twice the same way, at most 5 s`() {
        let bench = Bench()
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        for _ in 0..<400 {
            for index in bench.dials.indices where !bench.dials[index].isAnswered {
                bench.dials[index].isAnswered = true
                bench.send(.agentClosed(bench.dials[index].connection, reason: "connection refused"))
            }
            bench.run(for: .milliseconds(100))
        }
        let times = bench.dials.filter { $0.name == "web1" }.map(\.at)
        let gaps = zip(times, times.dropFirst()).map { $1 - $0 }
        #expect(gaps.count > 8)
        #expect(gaps.first.map { $0 <= .milliseconds(250) } == true)
        #expect(gaps.allSatisfy { $0 <= .milliseconds(5_200) })
        #expect(gaps.suffix(3).allSatisfy { $0 >= .milliseconds(2_400) })
        #expect(bench.logs.filter { $0.subject == .agent(realServer: "web1") }.count == 1)
    }

    @Test func `probes every distinct target once`() {
        let bench = Bench()
        let settings = Bench.settings {
            var other = $0.services[0]
            other.name = "other"
            other.service.identity.endpoint.address = .v4(IPv4Address(192, 0, 2, 101))
            $0.services.append(other)
        }
        bench.send(.started(settings, bootIdentifier: Bench.boot, programVersion: "1"))
        let checks = bench.demands.last?.targets.map(\.check) ?? []
        #expect(checks.count == Set(checks).count)
        #expect(checks.filter { if case .tcp = $0 { true } else { false } }.count == 2)
        #expect(checks.filter { if case .directPath = $0 { true } else { false } }.count == 4)
    }

    @Test func `probes the direct path over IPv6 too, where service and real server have it`() throws {
        let (virtual, real) = try (#require(IPAddress("2001:db8::100")), #require(IPAddress("2001:db8::11")))
        let bench = Bench()
        let settings = Bench.settings {
            $0.realServers[0].address = real
            $0.services[0].service.identity.endpoint.address = virtual
        }
        bench.send(.started(settings, bootIdentifier: Bench.boot, programVersion: "1"))
        // The second real server has IPv4 alone.
        let paths = bench.demands.last?.targets.map(\.check).filter { $0.realServer != nil }
        #expect(
            paths == [
                .directPath(virtual: Endpoint(address: virtual, port: 80), real: Endpoint(address: real, port: 80))
            ]
        )
    }

    @Test func `over IPv6 the rightful owner is the Active Router's link-local address`() throws {
        let (virtual, router) = try (#require(IPAddress("2001:db8::100")), #require(IPAddress("fe80::3")))
        let bench = Bench()
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        func report(_ state: VirtualRouter.StateName) -> ElectionReport {
            ElectionReport(
                routers: [
                    ElectionReport.Router(
                        name: "lan6",
                        virtualRouterIdentifier: 52,
                        interface: "eth0",
                        priority: 100,
                        state: state,
                        since: bench.now,
                        reason: .started,
                        activeRouter: router,
                        activePriority: 200,
                        addresses: [.init(prefix: Prefix(host: virtual), isHeld: state == .active)],
                        findings: [],
                        statistics: VirtualRouter.Statistics(),
                    )
                ],
                rejections: RejectionCounts(),
                refusedSettings: nil,
                addressRepairs: 0,
                isStopping: false,
            )
        }
        bench.send(.electionReported(report(.backup)))
        #expect(bench.demands.last?.owners == [AddressOwner(address: virtual, router: router)])
        bench.send(.electionReported(report(.active)))
        #expect(bench.demands.last?.owners == [AddressOwner(address: virtual, router: nil)])
    }

    @Test func `says goodbye when it stops, and wants nothing more`() {
        let bench = Bench.serving()
        bench.send(.stopRequested)
        #expect(bench.hasStopped)
        #expect(bench.closed.count == 2)
        let desires = bench.desires.count
        bench.probes(1, tcp: .down, path: .down)
        #expect(bench.desires.count == desires)
        #expect(bench.core.deadline == nil)
    }

    @Test func `logs every change with its reason`() {
        let bench = Bench.serving()
        bench.logs = []
        bench.publish("web1", Bench.good([.vipBound]))
        let change = StatusChange(
            .destination(service: "web", realServer: "web1"),
            from: "up",
            to: "down",
            .vipMissing,
            evidence: "vip-bound as scripted",
            level: .warning,
        )
        #expect(bench.logs == [change])
        bench.run(for: .seconds(5))
        #expect(bench.logs == [change])
    }

    @Test func `shows ages, weights and connections`() throws {
        let bench = Bench.serving()
        bench.converge()
        bench.run(for: .seconds(2))
        let destination = try #require(bench.destination(1))
        #expect(destination.weightWanted == 1)
        #expect(destination.weightApplied == 1)
        #expect(destination.activeConnections == 3)
        #expect(destination.age >= 2_000)
        let agent = bench.core.status(at: bench.now).realServers[0].agent
        #expect(agent.facts.count == 9)
        #expect(agent.facts.allSatisfy { $0.age >= 2_000 })
        #expect(agent.lastHeardAge.map { $0 <= 200 } == true)
    }
}
