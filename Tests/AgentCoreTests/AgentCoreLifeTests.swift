import AgentCore
import AgentProtocol
import Primitives
import Testing

@Suite struct AgentCoreLifeTests {
    private let vip = Bench.vip
    private let other = Bench.address("192.0.2.20")
    private let vipText = "192.0.2.10/32"

    private func serving(_ settings: AgentSettings = Bench.settings) throws -> (Bench, UInt64, UInt64) {
        let bench = Bench(settings: settings)
        bench.host.listeners = [Bench.web.endpoint]
        try bench.start()
        let first = try bench.connect(0)
        let second = try bench.connect(1)
        try bench.desire(first, [vip])
        try bench.desire(second, [vip])
        try bench.advance(.seconds(2))
        return (bench, first, second)
    }

    @Test func `holds the last known state without directors, also in another boot`() throws {
        let (bench, _, _) = try serving()
        bench.host.held.removeAll(where: \.isOurs)
        bench.host.sysctls = FakeHost().sysctls
        bench.boot = BootIdentifier(high: 2, low: 2)
        try bench.start()
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
    }

    @Test func `another boot's sysctls are not restored`() throws {
        let (bench, _, _) = try serving()
        bench.boot = BootIdentifier(high: 2, low: 2)
        // The new boot's own values are right already.
        try bench.start()
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(3))
        #expect(bench.host.value("all", .arpIgnore) == 1)
    }

    @Test func `a killed agent leaves everything and its successor adopts it`() throws {
        let (bench, _, _) = try serving()
        let before = bench.host.held
        try bench.start()
        #expect(bench.host.held == before)
        #expect(!bench.effects.contains(.addAddress(vip)))
    }

    @Test func `a withdrawn address goes when every director withdrew it and its connections ended`() throws {
        let (bench, first, second) = try serving()
        bench.host.connections[vip] = 1
        try bench.desire(first, [other], generation: 2)
        try bench.advance(.seconds(3))
        #expect(bench.host.ours.count == 2, "the second director still wants it")
        try bench.desire(second, [other], generation: 2)
        try bench.advance(.seconds(3))
        #expect(bench.host.ours.count == 2, "it has a connection")
        #expect(bench.status.addresses.first { $0.address == "192.0.2.10" }?.state == "withdrawing")
        bench.host.connections[vip] = 0
        try bench.advance(.seconds(2))
        #expect(bench.host.ours == [FakeHost.prefix("192.0.2.20/32")])
    }

    @Test func `an address is kept while a configured director has never spoken`() throws {
        let bench = Bench()
        bench.host.hold(vipText, isOurs: true)
        try bench.start()
        let first = try bench.connect(0)
        try bench.desire(first, [])
        try bench.advance(.seconds(3))
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
        let second = try bench.connect(1)
        try bench.desire(second, [])
        try bench.advance(.seconds(3))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `a director that the operator removed counts no more`() throws {
        let (bench, first, _) = try serving()
        var settings = bench.settings
        settings.directors.removeFirst()
        try bench.send(.configurationReplaced(settings))
        #expect(bench.sessions[first] == nil)
        #expect(bench.linkEvents[first]?.last == .goodbye(Goodbye(reason: .dismissed)))
        #expect(bench.effects.contains(.admit([Bench.directors[1]], refusedAt: [vip])))
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
    }

    @Test func `an address that the operator disallowed goes after its connections`() throws {
        let (bench, first, _) = try serving()
        var settings = bench.settings
        settings.allowedAddresses = [FakeHost.prefix("198.51.100.0/24")]
        try bench.send(.configurationReplaced(settings))
        #expect(bench.fact(.vipBound, first, .address(vip))?.verdict == .violated)
        try bench.advance(.seconds(3))
        #expect(bench.host.ours.isEmpty)
        #expect(bench.changes.contains(.addressRemoved(vip, .disallowed)))
    }

    @Test func `the same director's new connection replaces its old one`() throws {
        let (bench, first, second) = try serving()
        let again = try bench.connect(0)
        #expect(bench.sessions[first] == nil)
        #expect(bench.linkEvents[first]?.last == .goodbye(Goodbye(reason: .superseded)))
        #expect(bench.sessions[second] != nil && bench.sessions[again]?.isConnected == true)
        #expect(bench.fact(.vipBound, again, .address(vip))?.verdict == .holds)
    }

    @Test func `a director that breaks the protocol is closed and nothing else disturbed`() throws {
        let (bench, first, second) = try serving()
        try bench.send(.linkReceived(connection: first, bytes: [0xff, 0xff, 0xff, 0xff]))
        #expect(bench.sessions[first] == nil && bench.sessions[second]?.isConnected == true)
        #expect(bench.status.statistics.violations == 1)
        #expect(bench.host.ours == [FakeHost.prefix(vipText)])
    }

    @Test func `heartbeats go on at the interval asked for`() throws {
        let (bench, first, _) = try serving()
        try bench.advance(.seconds(30))
        #expect(bench.sessions[first]?.isStale == false)
        #expect(!(bench.linkEvents[first] ?? []).contains(.stale))
        #expect(try #require(bench.deadline) - bench.now <= .milliseconds(200))
    }

    @Test func `a release drains, waits for every connected director and for the connections`() throws {
        let (bench, first, second) = try serving()
        bench.host.connections[vip] = 2
        try bench.send(.releaseRequested(deadline: .seconds(30)))
        let request = DrainRequest(identifier: 1, deadline: .seconds(30))
        #expect(bench.linkEvents[first]?.contains(.drainRequested(request)) == true)
        #expect(bench.fact(.draining, second)?.verdict == .holds)
        bench.sessions[first]?.acknowledgeDrain(1)
        try bench.exchange(first)
        bench.host.connections[vip] = 0
        try bench.advance(.seconds(2))
        #expect(bench.host.ours.count == 1, "the second director has not acknowledged")
        bench.host.connections[vip] = 1
        bench.sessions[second]?.acknowledgeDrain(1)
        try bench.exchange(second)
        try bench.advance(.seconds(2))
        #expect(bench.host.ours.count == 1, "a connection is left")
        bench.host.connections[vip] = 0
        try bench.advance(.milliseconds(200))
        #expect(bench.host.ours.isEmpty)
        #expect(bench.effects.contains(.releaseFinished(complete: true)))
        #expect(bench.host.sysctls == FakeHost().sysctls)
        #expect(!bench.isFinished)
        try bench.advance(.seconds(5))
        #expect(bench.host.ours.isEmpty, "released it stays")
        #expect(bench.fact(.draining, first)?.verdict == .holds)
    }

    @Test func `a release waits for a director that is about to connect again`() throws {
        let (bench, first, second) = try serving()
        try bench.send(.linkClosed(connection: first, reason: "reset"))
        bench.sessions[first] = nil
        try bench.send(.releaseRequested(deadline: .seconds(30)))
        bench.sessions[second]?.acknowledgeDrain(1)
        try bench.exchange(second)
        try bench.advance(.seconds(2))
        #expect(bench.host.ours.count == 1, "the first director gives the node connections by its own probes")
        let again = try bench.connect(0)
        #expect(bench.linkEvents[again]?.contains { if case .drainRequested = $0 { true } else { false } } == true)
        try bench.advance(.seconds(2))
        #expect(bench.host.ours.count == 1, "it has not acknowledged")
        bench.sessions[again]?.acknowledgeDrain(1)
        try bench.exchange(again)
        try bench.advance(.seconds(1))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `a release waits three seconds at most for directors that do not come`() throws {
        let (bench, first, second) = try serving()
        for connection in [first, second] {
            try bench.send(.linkClosed(connection: connection, reason: "reset"))
            bench.sessions[connection] = nil
        }
        try bench.send(.releaseRequested(deadline: .seconds(30)))
        try bench.advance(.milliseconds(2_900))
        #expect(bench.host.ours.count == 1)
        try bench.advance(.seconds(1))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `a release does not wait for directors that are long gone`() throws {
        let (bench, first, second) = try serving()
        for connection in [first, second] {
            try bench.send(.linkClosed(connection: connection, reason: "reset"))
            bench.sessions[connection] = nil
        }
        try bench.advance(.seconds(4))
        try bench.send(.releaseRequested(deadline: .seconds(30)))
        try bench.advance(.milliseconds(500))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `a release waits no longer than its deadline`() throws {
        let (bench, _, _) = try serving()
        bench.host.connections[vip] = 2
        try bench.send(.releaseRequested(deadline: .seconds(3)))
        try bench.advance(.milliseconds(2_900))
        #expect(bench.host.ours.count == 1)
        try bench.advance(.milliseconds(200))
        #expect(bench.host.ours.isEmpty)
    }

    @Test func `sysctls are restored after the addresses are gone`() throws {
        let (bench, _, _) = try serving()
        bench.effects = []
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(1))
        let removal = bench.effects.firstIndex { if case .removeAddress = $0 { true } else { false } }
        let restoration = bench.effects.firstIndex { if case .writeSysctl = $0 { true } else { false } }
        #expect(try #require(removal) < #require(restoration))
    }

    @Test func `a mistake made while the agent ran is not what is restored`() throws {
        let (bench, _, _) = try serving()
        bench.host.sysctls[.init(interface: "eth0", name: .arpIgnore)] = 5
        try bench.advance(.seconds(1))
        try bench.send(.releaseRequested(deadline: .zero))
        try bench.advance(.seconds(1))
        #expect(bench.host.sysctls == FakeHost().sysctls)
    }

    @Test func `a stop keeps everything by default`() throws {
        let (bench, first, _) = try serving()
        let before = bench.host
        try bench.send(.stopRequested)
        #expect(bench.isFinished && bench.deadline == nil)
        #expect(bench.host.held == before.held && bench.host.sysctls == before.sysctls)
        #expect(bench.linkEvents[first]?.last == .goodbye(Goodbye(reason: .stopping)))
    }

    @Test func `a stop releases where the operator wants it`() throws {
        var settings = Bench.settings
        settings.stopAction = .release
        settings.drainDeadline = .seconds(1)
        let (bench, first, second) = try serving(settings)
        try bench.send(.stopRequested)
        #expect(!bench.isFinished)
        for connection in [first, second] {
            bench.sessions[connection]?.acknowledgeDrain(1)
            try bench.exchange(connection)
        }
        try bench.advance(.milliseconds(300))
        #expect(bench.isFinished && bench.host.ours.isEmpty)
        #expect(bench.linkEvents[first]?.last == .goodbye(Goodbye(reason: .released)))
    }

    @Test func `the state file survives the way there and a torn one is not used`() throws {
        let (bench, _, _) = try serving()
        let text = try #require(bench.host.file)
        let state = try #require(SavedState(text: text))
        #expect(state.text == text)
        #expect(state.desires.count == 2)
        #expect(Bench.directors.map { state.remotes[$0] } == Bench.remotes)
        #expect(text.contains("\nremote \(Bench.directors[0]) 192.0.2.11\n"))
        let bytes = Array(text.utf8)
        for count in 0..<bytes.count {
            #expect(SavedState(text: String(decoding: bytes.prefix(count), as: UTF8.self)) == nil)
        }
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<5_000 {
            var mutated = bytes
            mutated[Int.random(in: 0..<bytes.count, using: &generator)] = .random(in: 0...127, using: &generator)
            _ = SavedState(text: String(decoding: mutated, as: UTF8.self))
        }
    }

    /// What one life of the agent does, up to a crash after so many effects.
    private func live(_ bench: Bench) throws {
        try bench.start()
        let first = try bench.connect(0)
        let second = try bench.connect(1)
        try bench.desire(first, [vip, other])
        try bench.desire(second, [vip])
        try bench.advance(.seconds(2))
        try bench.desire(first, [vip], generation: 2)
        bench.host.drop(vipText)
        bench.host.hold("192.0.2.10/24")
        try bench.advance(.seconds(3))
        try bench.send(.releaseRequested(deadline: .seconds(1)))
        try bench.advance(.seconds(3))
    }

    @Test func `a crash at any step is healed by the next start, and a release then leaves the host as it was`() throws
    {
        let untouched = FakeHost()
        var crashes = 0
        for step in 0..<1_000 {
            let bench = Bench()
            bench.effectsUntilCrash = step
            do {
                try live(bench)
                #expect(step > 10, "the life has more steps than that")
                break
            } catch is Bench.Crash {
                crashes += 1
            }
            bench.effectsUntilCrash = nil
            try bench.start()
            let first = try bench.connect(0)
            let second = try bench.connect(1)
            try bench.desire(first, [vip], generation: 3)
            try bench.desire(second, [vip], generation: 3)
            try bench.advance(.seconds(3))
            #expect(bench.host.ours == [FakeHost.prefix(vipText)], "after a crash at step \(step)")
            #expect(bench.host.value("all", .arpIgnore) == 1)
            #expect(bench.fact(.vipBound, second, .address(vip))?.verdict == .holds)
            try bench.send(.releaseRequested(deadline: .zero))
            try bench.advance(.seconds(3))
            #expect(bench.host.sysctls == untouched.sysctls, "after a crash at step \(step)")
            #expect(bench.host.held.filter { $0.prefix != FakeHost.prefix("192.0.2.10/24") } == untouched.held)
        }
        #expect(crashes > 10)
    }
}
