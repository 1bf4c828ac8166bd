import AgentCore
import AgentProtocol
import Primitives
import Testing

/// A host that refuses, and directors that ask for too much.
@Suite(.timeLimit(.minutes(1))) struct AgentCoreAdversityTests {
    private let vip = Bench.vip
    private let held = [FakeHost.prefix("192.0.2.10/32")]

    private func serving() throws -> (Bench, UInt64, UInt64) {
        let bench = Bench()
        try bench.start()
        let first = try bench.connect(0)
        let second = try bench.connect(1)
        try bench.desire(first, [vip])
        try bench.desire(second, [vip])
        try bench.advance(.seconds(2))
        bench.effects = []
        return (bench, first, second)
    }

    private func failures(_ bench: Bench) -> Int {
        bench.changes.count { if case .failed = $0 { true } else { false } }
    }

    @Test func `an address is not added before ARP is silent, and the directors are let in all the same`() throws {
        let bench = Bench()
        bench.host.refusesSysctls = true
        bench.settings.pinnedAddresses = [vip]
        try bench.start()
        #expect(bench.effects.contains(.listen) && bench.effects.contains(.ready))
        #expect(bench.host.ours.isEmpty, "it would be answered for")
        let first = try bench.connect(0)
        #expect(bench.fact(.arpSilent, first)?.verdict == .violated)
        #expect(bench.fact(.vipBound, first, .address(vip))?.evidence == "not on lo; waits for silent ARP")
        bench.host.refusesSysctls = false
        try bench.advance(.seconds(1))
        #expect(bench.host.ours == held)
        #expect(bench.effects.count { $0 == .listen } == 1)
    }

    @Test func `what the kernel refuses is tried at every look and told once, never as done`() throws {
        let bench = Bench()
        bench.settings.pinnedAddresses = [vip]
        try bench.start()
        bench.effects = []
        bench.host.refusesAddresses = true
        bench.host.drop("192.0.2.10/32")
        try bench.send(.hostChanged(.addresses))
        try bench.advance(.seconds(10))
        #expect((12...14).contains(bench.effects.count { $0 == .addAddress(vip) }))
        #expect(bench.changes.count { $0 == .addressAdded(vip) } == 1)
        #expect(failures(bench) == 1)
    }

    @Test func `a withdrawn address that cannot be removed does not keep the agent busy`() throws {
        let (bench, first, second) = try serving()
        bench.host.refusesRemovals = true
        try bench.desire(first, [], generation: 2)
        try bench.desire(second, [], generation: 2)
        try bench.advance(.seconds(5))
        #expect((4...8).contains(bench.effects.count { if case .removeAddress = $0 { true } else { false } }))
        #expect(bench.host.ours == held)
        bench.host.refusesRemovals = false
        try bench.advance(.seconds(2))
        #expect(bench.host.ours.isEmpty && bench.status.failures.isEmpty)
    }

    @Test func `a release that cannot remove ends incomplete, and the sysctls stay`() throws {
        let (bench, _, _) = try serving()
        bench.host.refusesRemovals = true
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(bench.effects.contains(.releaseFinished(complete: false)))
        #expect(bench.effects.count { if case .removeAddress = $0 { true } else { false } } <= 25)
        #expect(bench.host.value("all", .arpIgnore) == 1)
        // Asking again tries again, and says what is true.
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(!bench.effects.contains(.releaseFinished(complete: true)))
        bench.host.refusesRemovals = false
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(bench.effects.contains(.releaseFinished(complete: true)))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `an address that adding anew does not deliver is left alone and reported`() throws {
        let (bench, first, _) = try serving()
        bench.host.isStubborn = true
        bench.host.undelivered = [vip]
        try bench.advance(.seconds(10))
        #expect(bench.effects.count { $0 == .addAddress(vip) } == 1)
        #expect(bench.fact(.vipBound, first, .address(vip))?.evidence == "no local route")
        bench.host.isStubborn = false
        bench.host.undelivered = []
        try bench.advance(.seconds(1))
        bench.host.undelivered = [vip]
        try bench.advance(.seconds(1))
        #expect(bench.host.undelivered.isEmpty, "it helped once more")
    }

    @Test func `a look that fails again and again is told once`() throws {
        let (bench, _, _) = try serving()
        for _ in 0..<5 {
            let look = AgentEffect.observe(.regular, addresses: [], directors: [])
            try bench.send(.effectFailed(look, reason: "too many open files"))
            try bench.send(.observed(HostObservation()))
        }
        #expect(failures(bench) == 1)
        #expect(bench.status.failures.map(\.reason) == ["too many open files"])
        try bench.advance(.seconds(2))
        #expect(bench.status.failures.isEmpty)
        #expect(bench.host.ours == held)
    }

    @Test func `interfaces that come and go leave nothing behind`() throws {
        let (bench, _, _) = try serving()
        for number in 0..<200 {
            let key = SysctlKey(interface: "veth\(number)", name: .arpIgnore)
            bench.host.sysctls[key] = 3
            try bench.send(.hostChanged(.sysctls))
            #expect(bench.host.sysctls[key] == 1)
            bench.host.sysctls[key] = nil
            try bench.advance(.seconds(1))
        }
        bench.host.sysctls[.init(interface: "veth200", name: .arpIgnore)] = 3
        try bench.advance(.seconds(1))
        let text = try #require(bench.host.file)
        let state = try #require(SavedState(text: text))
        #expect(state.previous.keys.map(\.interface).sorted() == ["all", "all", "veth200"])
    }

    @Test func `no network of the file is wide enough for the loopback address or a group`() throws {
        let bench = Bench()
        bench.settings.allowedAddresses = [FakeHost.prefix("0.0.0.0/0"), FakeHost.prefix("::/0")]
        try bench.start()
        let first = try bench.connect(0)
        let bad = ["127.0.0.1", "224.0.0.18", "0.0.0.0", "::1", "ff02::12"].map(Bench.address)
        try bench.desire(first, bad + [vip])
        try bench.advance(.seconds(2))
        #expect(bench.host.ours == held)
        #expect(bench.host.held.contains { $0.prefix == FakeHost.prefix("127.0.0.1/8") })
        for address in bad { #expect(bench.changes.contains(.addressRefused(address))) }
    }

    @Test func `asking for a release twice answers twice, and stopping meanwhile knows how long it takes`() throws {
        let (bench, _, _) = try serving()
        #expect(bench.releaseEnd == nil)
        bench.host.connections[vip] = 1
        try bench.send(.releaseRequested(deadline: .seconds(60)))
        try bench.send(.releaseRequested(deadline: .seconds(3)))
        let end = try #require(bench.releaseEnd)
        #expect(end - bench.now <= .seconds(5))
        try bench.send(.stopRequested)
        #expect(!bench.isFinished)
        try bench.advance(.seconds(5))
        #expect(bench.isFinished && bench.host.ours.isEmpty)
        #expect(bench.effects.count { $0 == .releaseFinished(complete: true) } == 1)
        let finish = bench.effects.firstIndex(of: .finish)
        #expect(try #require(bench.effects.firstIndex(of: .releaseFinished(complete: true))) < #require(finish))
    }
}
