import AgentProtocol
import Primitives
import Testing

@Suite struct LinkSessionTests {
    private func at(_ milliseconds: Int64) -> MonotonicInstant { Samples.at(milliseconds) }
    private let agentBoot = BootIdentifier(high: 1, low: 2)

    /// A pair of sessions that said Hello to each other at 0.
    private func connected(previousBoot: BootIdentifier? = nil) throws -> (DirectorLinkSession, AgentLinkSession) {
        var director = DirectorLinkSession(hello: Samples.hello, previousBoot: previousBoot, at: at(0))
        var agent = AgentLinkSession(bootIdentifier: agentBoot, name: "web1", programVersion: "0.1", at: at(0))
        #expect(!director.isConnected && !agent.isConnected)
        #expect(try agent.received(director.takeOutput()[...], at: at(0)) == [.connected(Samples.hello)])
        let events = try director.received(agent.takeOutput()[...], at: at(0))
        let hello = Hello(
            bootIdentifier: agentBoot,
            name: "web1",
            programVersion: "0.1",
            heartbeatInterval: .milliseconds(200),
        )
        #expect(events == [.connected(hello, rebooted: previousBoot.map { $0 != agentBoot } ?? false)])
        #expect(director.isConnected && agent.isConnected)
        return (director, agent)
    }

    @Test func `a link is connected once the Hello was answered`() throws {
        _ = try connected()
        _ = try connected(previousBoot: agentBoot)
        _ = try connected(previousBoot: Samples.boot)
    }

    @Test func `a desired state goes out once connected and again only when it changed`() throws {
        var director = DirectorLinkSession(hello: Samples.hello, at: at(0))
        let state = DesiredState(generation: 1, addresses: [Samples.v4], services: [Samples.web])
        director.desire(state)
        var agent = AgentLinkSession(bootIdentifier: agentBoot, name: "web1", programVersion: "0.1", at: at(0))
        _ = try agent.received(director.takeOutput()[...], at: at(0))
        _ = try director.received(agent.takeOutput()[...], at: at(0))
        #expect(try agent.received(director.takeOutput()[...], at: at(1)) == [.desired(state)])
        director.desire(state)
        #expect(director.takeOutput().isEmpty)
        let view = View(entries: [.init(service: Samples.web, weight: 0, reason: "draining")])
        director.show(view)
        director.show(view)
        #expect(try agent.received(director.takeOutput()[...], at: at(2)) == [.viewed(view)])
    }

    @Test func `facts are pushed at once and keep the age of their verdict`() throws {
        var (director, agent) = try connected()
        agent.publish(Samples.facts, capacity: nil, at: at(10))
        #expect(try director.received(agent.takeOutput()[...], at: at(10)).count == 1)
        #expect(director.facts.allSatisfy { $0.since == at(10) })
        agent.publish(Samples.facts, capacity: nil, at: at(20))
        #expect(agent.takeOutput().isEmpty)
        var changed = Samples.facts
        changed[1] = Fact(.vipBound, .address(Samples.v6), .holds, evidence: "on lo")
        agent.publish(changed, capacity: 50, at: at(30))
        _ = try director.received(agent.takeOutput()[...], at: at(30))
        #expect(director.facts.first { $0.fact.kind == .vipBound }?.since == at(30))
        #expect(director.facts.first { $0.fact.kind == .arpSilent }?.since == at(10))
        #expect(director.capacity == 50)
    }

    @Test func `three missed heartbeats make an agent stale and the next one ends it`() throws {
        var (director, agent) = try connected()
        for beat in 1...5 {
            #expect(agent.deadline == at(Int64(beat) * 200))
            try agent.tick(at: at(Int64(beat) * 200))
            #expect(try director.received(agent.takeOutput()[...], at: at(Int64(beat) * 200)) == [])
            // The director answers, so the agent knows that it is heard.
            #expect(try agent.received(director.takeOutput()[...], at: at(Int64(beat) * 200)) == [])
        }
        #expect(director.deadline == at(1_600))
        #expect(try director.tick(at: at(1_599)) == [])
        #expect(try director.tick(at: at(1_600)) == [.stale])
        #expect(director.isStale && director.isConnected)
        try agent.tick(at: at(1_700))
        #expect(try director.received(agent.takeOutput()[...], at: at(1_700)) == [.heard])
        #expect(!director.isStale)
    }

    @Test func `an agent closes a link on which nothing answers`() throws {
        var (_, agent) = try connected()
        #expect(throws: Never.self) { try agent.tick(at: at(4_999)) }
        #expect(throws: ProtocolViolation.silence) { try agent.tick(at: at(5_000)) }
    }

    @Test func `neither end waits for a Hello for ever`() {
        var director = DirectorLinkSession(hello: Samples.hello, at: at(0))
        #expect(director.deadline == at(2_000))
        #expect(throws: ProtocolViolation.helloTimeout) { try director.tick(at: at(2_000)) }
        var agent = AgentLinkSession(bootIdentifier: agentBoot, name: "w", programVersion: "1", at: at(0))
        #expect(throws: ProtocolViolation.helloTimeout) { try agent.tick(at: at(2_000)) }
    }

    @Test func `a sequence that does not rise, or another boot, ends the link`() throws {
        var (director, _) = try connected()
        _ = try director.received(FrameCodec.encode(.heartbeat(Heartbeat(sequence: 5)))[...], at: at(1))
        #expect(throws: ProtocolViolation.sequenceNotRising(last: 5, received: 5)) {
            try director.received(FrameCodec.encode(.heartbeat(Heartbeat(sequence: 5)))[...], at: at(2))
        }
        let report = Report(sequence: 6, bootIdentifier: Samples.boot, facts: [])
        #expect(throws: ProtocolViolation.foreignBoot) {
            try director.received(FrameCodec.encode(.report(report))[...], at: at(3))
        }
    }

    @Test func `a drain request is surfaced and acknowledged once`() throws {
        var (director, agent) = try connected()
        let request = DrainRequest(identifier: 1, deadline: .seconds(30))
        agent.requestDrain(request)
        #expect(try director.received(agent.takeOutput()[...], at: at(1)) == [.drainRequested(request)])
        #expect(director.pendingDrain == request)
        director.acknowledgeDrain(2)
        #expect(director.takeOutput().isEmpty)
        director.acknowledgeDrain(1)
        director.acknowledgeDrain(1)
        #expect(
            try agent.received(director.takeOutput()[...], at: at(2)) == [.drainAcknowledged(DrainReply(identifier: 1))]
        )
    }

    @Test func `a drain asked for before the Hello is asked after it`() throws {
        var agent = AgentLinkSession(bootIdentifier: agentBoot, name: "w", programVersion: "1", at: at(0))
        agent.requestDrain(DrainRequest(identifier: 1, deadline: .zero))
        #expect(agent.takeOutput().isEmpty)
        var director = DirectorLinkSession(hello: Samples.hello, at: at(0))
        _ = try agent.received(director.takeOutput()[...], at: at(0))
        let events = try director.received(agent.takeOutput()[...], at: at(0))
        #expect(events.last == .drainRequested(DrainRequest(identifier: 1, deadline: .zero)))
    }

    @Test(arguments: Samples.all) func `each end refuses what only itself may say`(message: AgentMessage) throws {
        var (director, agent) = try connected()
        let bytes = FrameCodec.encode(message)
        let forAgent: Set<AgentMessage.Kind> = [.desiredState, .heartbeat, .drainReply, .view, .goodbye]
        #expect(((try? agent.received(bytes[...], at: at(1))) != nil) == forAgent.contains(message.kind))
        let forDirector: Set<AgentMessage.Kind> = [.heartbeat, .drainRequest, .goodbye]
        guard message.kind != .report else { return }  // Its boot is not this agent's.
        #expect(((try? director.received(bytes[...], at: at(1))) != nil) == forDirector.contains(message.kind))
    }

    @Test func `nothing but a Hello may come first`() {
        for message in Samples.all where message.kind != .hello {
            var director = DirectorLinkSession(hello: Samples.hello, at: at(0))
            #expect(throws: ProtocolViolation.unexpected(message.kind)) {
                try director.received(FrameCodec.encode(message)[...], at: at(0))
            }
            var agent = AgentLinkSession(bootIdentifier: agentBoot, name: "w", programVersion: "1", at: at(0))
            #expect(throws: ProtocolViolation.unexpected(message.kind)) {
                try agent.received(FrameCodec.encode(message)[...], at: at(0))
            }
        }
    }

    @Test func `a goodbye ends both sides quietly`() throws {
        var (director, agent) = try connected()
        agent.sayGoodbye(.stopping)
        let bytes = agent.takeOutput() + FrameCodec.encode(.heartbeat(Heartbeat(sequence: 1)))
        #expect(try director.received(bytes[...], at: at(1)) == [.goodbye(Goodbye(reason: .stopping))])
        #expect(!director.isConnected && !agent.isConnected)
        #expect(director.deadline == nil && agent.deadline == nil)
    }

    @Test func `unsent output is bounded and then ends the link`() throws {
        var (director, agent) = try connected()
        for generation in 0..<20_000 {
            director.desire(DesiredState(generation: UInt64(generation), addresses: [Samples.v4], services: []))
            agent.publish([Fact(.vipBound, .node, .holds, evidence: "\(generation)")], capacity: nil, at: at(1))
        }
        #expect(throws: ProtocolViolation.outputOverflow) { try director.tick(at: at(1)) }
        #expect(throws: ProtocolViolation.outputOverflow) { try agent.tick(at: at(1)) }
        #expect(director.takeOutput().count <= Limits.output)
        #expect(agent.takeOutput().count <= Limits.output)
    }

    @Test(arguments: [(1, 50), (200, 200), (60_000, 10_000)] as [(Int64, Int64)])
    func `an agent agrees to intervals between 50 ms and 10 s`(asked: Int64, agreed: Int64) {
        let hello = Hello(
            bootIdentifier: agentBoot,
            name: "",
            programVersion: "",
            heartbeatInterval: .milliseconds(asked),
        )
        #expect(hello.heartbeatInterval == .milliseconds(agreed))
    }

    @Test func `whoever sends far more than it has to say is cut off`() throws {
        var (director, agent) = try connected()
        func heartbeat(_ sequence: UInt64) -> [UInt8] { FrameCodec.encode(.heartbeat(Heartbeat(sequence: sequence))) }
        // An honest agent's heartbeats of half a minute, all at once.
        for sequence in UInt64(1)...150 { _ = try director.received(heartbeat(sequence)[...], at: at(1_000)) }
        #expect(throws: ProtocolViolation.tooManyFrames) {
            for sequence in UInt64(151)...2_000 {
                _ = try director.received(heartbeat(sequence)[...], at: at(1_000 + Int64(sequence) / 10))
            }
        }
        // Frames of a type that nobody knows are as many.
        let unknown: [UInt8] = [0, 0, 0, 4, FrameCodec.version, 250, 0, 0]
        #expect(throws: ProtocolViolation.tooManyFrames) {
            for _ in 0...2_000 { _ = try agent.received(unknown[...], at: at(1_000)) }
        }
    }
}
