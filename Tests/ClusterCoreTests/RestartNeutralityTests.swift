import AgentProtocol
import Balancing
import DirectorCore
import Health
import Primitives
import Testing

/// What a director makes of what it does not know any more: after a restart, a reload, or when its probes cannot run.
@Suite struct RestartNeutralityTests {
    /// A director that starts where the kernel has web1 in service and web2 out of it.
    static func restarted(listening: Set<String>) -> Bench {
        let bench = Bench()
        bench.listening = listening
        bench.kernel = [Bench.endpoint(1): 1, Bench.endpoint(2): 0]
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        bench.run(for: .milliseconds(100))
        return bench
    }

    @Test func `one that was out stays out on its agent's word alone, and one that served goes on`() {
        let bench = Self.restarted(listening: ["web1", "web2"])
        #expect(bench.weight(1) == 1)
        #expect(bench.weight(2) == nil, "it answers with status 500, of which its agent knows nothing")
        #expect(bench.destination(2)?.state == .unknown)
        bench.probes(2, tcp: .up, path: nil)
        #expect(bench.weight(2) == nil)
        bench.probes(2, tcp: .down, path: .up)
        #expect(bench.weight(2) == 0)
        bench.probes(2, tcp: .up, path: .up)
        #expect(bench.weight(2) == 1)
    }

    @Test func `the agent's word suffices when the probes have had their time`() {
        let bench = Self.restarted(listening: ["web2"])
        bench.run(for: .seconds(6))
        #expect(bench.weight(2) == 1)
        #expect(bench.destination(2)?.reason == .agentConfirms)
    }

    @Test func `what only an agent knows keeps a node out until that has had time to say so`() {
        let bench = Self.restarted(listening: [])
        bench.probes(2, tcp: .up, path: .up)
        #expect(bench.weight(2) == nil, "it may be in maintenance by its own word")
        #expect(bench.destination(2)?.reason == .awaitingAgent)
        bench.run(for: .seconds(6))
        #expect(bench.weight(2) == 1)
    }

    @Test func `nothing is given before the kernel was looked at`() {
        let bench = Bench()
        bench.listening = ["web1"]
        let start = ClusterEvent.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1")
        bench.apply(bench.core.handle(start, at: bench.now))
        bench.run(for: .milliseconds(100))
        #expect(bench.weight(1) == nil)
        bench.look()
        #expect(bench.weight(1) == 1, "the kernel did not have it")
    }

    @Test func `probes that failed and cannot run any more leave a node out`() {
        let bench = Bench.serving()
        bench.probes(1, tcp: .down, path: nil)
        #expect(bench.weight(1) == 0)
        bench.probes(1, tcp: .unknown, path: nil)
        #expect(bench.weight(1) == 0)
        #expect(bench.destination(1)?.reason == .probeCouldNotRun)
        bench.run(for: .seconds(20))
        #expect(bench.weight(1) == 0)
        bench.probes(1, tcp: .up, path: nil)
        #expect(bench.weight(1) == 1)
        bench.probes(1, tcp: .unknown, path: nil)
        #expect(bench.weight(1) == 1, "nothing speaks against its agent's word")
    }

    @Test func `a reload that changes only the rhythm of a check leaves a node out that failed it`() {
        let bench = Bench.serving()
        bench.probes(1, tcp: .down, path: nil)
        bench.send(.configurationReplaced(Bench.settings { $0.services[0].probe.fall = 5 }))
        #expect(bench.weight(1) == 0)
        #expect(bench.weight(2) == 1)
        bench.probes(1, tcp: .up, path: .up)
        #expect(bench.weight(1) == 1)
    }

    @Test func `what failed its probes while its agent decided stays out when the agent takes its word back`() {
        let bench = Bench.serving()
        bench.publish("web1", Bench.good([.listenerPresent]))
        bench.probes(1, tcp: .down, path: nil)
        #expect(bench.destination(1)?.reason == .listenerMissing)
        bench.probes(1, tcp: .unknown, path: nil)
        bench.publish("web1", Bench.good())
        #expect(bench.weight(1) == 0)
        bench.probes(1, tcp: .up, path: nil)
        #expect(bench.weight(1) == 1)
    }

    @Test func `an agent that takes back its own word is believed though no probe runs`() {
        let bench = Bench.serving()
        bench.probes(1, tcp: .unknown, path: nil)
        bench.publish("web1", Bench.good([.listenerPresent]))
        #expect(bench.weight(1) == 0)
        bench.publish("web1", Bench.good())
        #expect(bench.weight(1) == 1)
    }

    @Test func `what a file lost before a restart serves until others do, as after a reload`() {
        let bench = Bench()
        bench.kernel = [Bench.endpoint(1): 1, Bench.endpoint(2): 0]
        bench.send(.started(LeavingTests.replaced(), bootIdentifier: Bench.boot, programVersion: "1"))
        #expect(LeavingTests.weight(bench, Bench.endpoint(1)) == .exactly(1), "whatever the look after the first did")
        #expect(LeavingTests.weight(bench, Bench.endpoint(2)) == nil, "it served nobody")
        #expect(bench.demands.last?.targets.contains { $0.check == .tcp(Bench.endpoint(1)) } == true, "it is probed on")
        LeavingTests.report(bench, 0, .up)
        LeavingTests.report(bench, 1, .down)
        #expect(LeavingTests.weight(bench, LeavingTests.fresh(0)) == .exactly(1))
        #expect(LeavingTests.weight(bench, Bench.endpoint(1)) == nil)
    }
}
