import AgentProtocol
import DirectorCore
import Health
import Primitives
import Testing

@Suite struct `A director that follows its agents' capacity` {
    private static func capacity(_ percent: UInt8) -> Fact {
        Fact(.capacity, .node, .holds, evidence: "\(percent)% by memory")
    }

    private static func start(_ bench: Bench) {
        bench.capacities = ["web1": 50, "web2": 100]
        bench.facts = ["web1": Bench.good() + [capacity(50)], "web2": Bench.good() + [capacity(100)]]
        bench.listening = ["web1", "web2"]
        let settings = Bench.settings { $0.services[0].pool.followsCapacity = true }
        bench.send(.started(settings, bootIdentifier: Bench.boot, programVersion: "1"))
        bench.run(for: .milliseconds(50))
    }

    @Test func `multiplies the weight, says why, and keeps the share of an agent that went away or measures anew`() {
        let bench = Bench()
        Self.start(bench)
        #expect(bench.weight(1) == 8)
        #expect(bench.weight(2) == 16)
        #expect(bench.destination(1)?.reason == .agentCapacity)
        #expect(bench.destination(1)?.evidence == "50% by memory: weight 8 of 16")
        bench.capacities["web1"] = nil
        bench.publish("web1", Bench.good() + [Fact(.capacity, .node, .unknown, evidence: "not measured yet")])
        #expect(bench.weight(1) == 8)
        bench.run(for: .seconds(20), except: ["web1"])
        bench.probes(1, tcp: .up, path: .up)
        #expect(bench.weight(1) == 8)
        bench.publish("web1", Bench.good())
        #expect(bench.weight(1) == 16, "an agent that no longer measures offers everything")
    }

    @Test func `changes no weight when it is restarted`() {
        let bench = Bench()
        bench.kernel = [Bench.endpoint(1): 8, Bench.endpoint(2): 16]
        Self.start(bench)
        bench.converge()
        #expect(bench.kernel == [Bench.endpoint(1): 8, Bench.endpoint(2): 16])
        let late = Bench()
        late.kernel = bench.kernel
        let settings = Bench.settings { $0.services[0].pool.followsCapacity = true }
        late.send(.started(settings, bootIdentifier: Bench.boot, programVersion: "1"))
        late.converge()
        for number in [UInt8(1), 2] { late.probes(number, tcp: .up, path: .up) }
        late.converge()
        #expect(late.kernel == bench.kernel, "the probes pass before any agent has spoken")
    }
}
