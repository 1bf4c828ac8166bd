import AgentProtocol
import PeerProtocol
import Primitives
import Testing

@Suite struct PeerSessionTests {
    private let at = PeerSamples.at

    /// Two sessions that have heard each other's Hello.
    private func connected() throws -> (left: PeerSession, right: PeerSession) {
        var left = PeerSession(hello: PeerSamples.hello, at: at(0))
        var right = PeerSession(hello: PeerSamples.hello, at: at(0))
        let events = try left.received(right.takeOutput()[...], at: at(1))
        #expect(events == [.connected(PeerSamples.hello)])
        _ = try right.received(left.takeOutput()[...], at: at(1))
        return (left, right)
    }

    @Test func `both ends are connected once each has heard the other's Hello`() throws {
        let (left, right) = try connected()
        #expect(left.isConnected && right.isConnected && left.isAlive)
        #expect(left.peer == PeerSamples.hello)
    }

    @Test func `nothing but a Hello may come first, and only one`() throws {
        var session = PeerSession(hello: PeerSamples.hello, at: at(0))
        #expect(throws: PeerViolation.unexpected(.heartbeat)) {
            try session.received(
                PeerFrameCodec.encode(.heartbeat(PeerHeartbeat(sequence: 1, clock: 0)))[...],
                at: at(1)
            )
        }
        var (left, _) = try connected()
        #expect(throws: PeerViolation.unexpected(.hello)) {
            try left.received(PeerFrameCodec.encode(.hello(PeerSamples.hello))[...], at: at(2))
        }
    }

    @Test func `a book of orders goes out in pieces, what is new alone after that, and nothing is echoed`() throws {
        var (left, right) = try connected()
        let orders = (0..<PeerLimits.ordersAtOnce + 1).map { number in
            PeerOrder(
                OrderSubject(realServer: "web\(number)"),
                .drain,
                stamp: OrderStamp(time: 5, director: "lb1"),
            )
        }
        left.publish(orders)
        func told(_ events: [PeerSessionEvent]) -> [PeerOrder] {
            events.flatMap { event in if case .orders(let orders) = event { orders } else { [PeerOrder]() } }
        }
        let first = told(try right.received(left.takeOutput()[...], at: at(2)))
        #expect(first == Array(orders.dropLast()))
        _ = try left.tick(clock: 1, at: at(150))
        let second = told(try right.received(left.takeOutput()[...], at: at(150)))
        #expect(second == [orders[PeerLimits.ordersAtOnce]])
        right.publish(orders)
        let echo = right.takeOutput()
        #expect(echo == [])
        let ended = PeerOrder(orders[0].subject, .withdrawn, stamp: orders[0].stamp)
        right.publish([ended] + orders.dropFirst())
        let third = told(try left.received(right.takeOutput()[...], at: at(151)))
        #expect(third == [ended])
    }

    @Test func `a Hello that does not come ends the link`() throws {
        var session = PeerSession(hello: PeerSamples.hello, at: at(0))
        #expect(session.deadline == at(2_000))
        #expect(try session.tick(clock: 0, at: at(1_999)) == [])
        #expect(throws: PeerViolation.helloTimeout) { try session.tick(clock: 0, at: at(2_000)) }
    }

    @Test func `heartbeats go out every 200 ms and carry the clock`() throws {
        var (left, right) = try connected()
        _ = try left.tick(clock: 5_000, at: at(1))
        #expect(left.deadline == at(201))
        _ = try right.received(left.takeOutput()[...], at: at(2))
        #expect(right.clock?.value == 5_000)
        _ = try left.tick(clock: 5_200, at: at(201))
        #expect(!left.takeOutput().isEmpty)
        #expect(try left.tick(clock: 5_200, at: at(250)) == [])
        #expect(left.takeOutput().isEmpty)
    }

    @Test func `a peer is silent after three heartbeats and given up after three seconds`() throws {
        var (left, right) = try connected()
        _ = try left.tick(clock: 0, at: at(600))
        #expect(left.isAlive)
        #expect(try left.tick(clock: 0, at: at(601)) == [.silent])
        #expect(!left.isAlive && left.isConnected)
        _ = try right.tick(clock: 0, at: at(700))
        #expect(try left.received(right.takeOutput()[...], at: at(701)) == [.heard])
        #expect(left.isAlive)
        #expect(try left.tick(clock: 0, at: at(1_301)) == [.silent])
        #expect(throws: PeerViolation.silence) { try left.tick(clock: 0, at: at(3_701)) }
    }

    @Test func `a heartbeat from the past ends the link`() throws {
        var (left, _) = try connected()
        let beat = PeerFrameCodec.encode(.heartbeat(PeerHeartbeat(sequence: 3, clock: 0)))
        _ = try left.received(beat[...], at: at(2))
        #expect(throws: PeerViolation.sequenceNotRising(last: 3, received: 3)) {
            try left.received(beat[...], at: at(3))
        }
    }

    @Test func `a state goes out when it differs in more than ages`() throws {
        var (left, right) = try connected()
        left.publish(PeerSamples.state)
        #expect(try right.received(left.takeOutput()[...], at: at(2)) == [.stateChanged(PeerSamples.state)])
        var older = PeerSamples.router
        older.age += 1_000
        var other = PeerState(
            configuration: PeerSamples.configuration,
            routers: [older],
            readiness: PeerSamples.readiness,
            connectionSync: .master,
            isStopping: true,
        )
        left.publish(other)
        #expect(left.takeOutput().isEmpty)
        other.isStopping = false
        left.publish(other)
        #expect(try right.received(left.takeOutput()[...], at: at(3)) == [.stateChanged(other)])
        #expect(right.state == other)
    }

    @Test func `a state published before the Hello goes out with it`() throws {
        var left = PeerSession(hello: PeerSamples.hello, at: at(0))
        var right = PeerSession(hello: PeerSamples.hello, at: at(0))
        left.publish(PeerSamples.state)
        _ = try left.received(right.takeOutput()[...], at: at(1))
        let events = try right.received(left.takeOutput()[...], at: at(1))
        #expect(events == [.connected(PeerSamples.hello), .stateChanged(PeerSamples.state)])
    }

    @Test func `opinions travel in parts with the next heartbeat`() throws {
        var (left, right) = try connected()
        let opinions = (0..<300).map {
            PeerOpinion(service: "http", realServer: "web\($0)", state: .up, reason: "passing")
        }
        left.publish(opinions)
        #expect(left.takeOutput().isEmpty)
        _ = try left.tick(clock: 0, at: at(1))
        #expect(try right.received(left.takeOutput()[...], at: at(2)) == [.opinionsChanged])
        #expect(right.opinions == opinions)
        left.publish(opinions)
        _ = try left.tick(clock: 0, at: at(101))
        #expect(try right.received(left.takeOutput()[...], at: at(102)) == [])
    }

    @Test func `a part without its beginning and parts without end are refused`() throws {
        var (left, _) = try connected()
        let rest = PeerFrameCodec.encode(.health(PeerHealth(isFirst: false, isLast: true, opinions: [])))
        #expect(throws: PeerViolation.unexpected(.health)) { try left.received(rest[...], at: at(2)) }
        var (other, _) = try connected()
        let many = [PeerOpinion](repeating: PeerSamples.opinion, count: PeerLimits.opinionsInFrame)
        let first = PeerFrameCodec.encode(.health(PeerHealth(isFirst: true, isLast: false, opinions: many)))
        let more = PeerFrameCodec.encode(.health(PeerHealth(isFirst: false, isLast: false, opinions: many)))
        _ = try other.received(first[...], at: at(2))
        #expect(throws: PeerViolation.tooManyOpinions) {
            for _ in 0..<(PeerLimits.opinions / PeerLimits.opinionsInFrame) {
                _ = try other.received(more[...], at: at(3))
            }
        }
    }

    @Test func `nothing is heard after a goodbye`() throws {
        var (left, right) = try connected()
        right.sayGoodbye(.restarting)
        let events = try left.received(right.takeOutput()[...], at: at(2))
        #expect(events == [.goodbye(PeerGoodbye(reason: .restarting))])
        #expect(!left.isConnected && left.deadline == nil)
        #expect(try left.received([1, 2, 3], at: at(3)) == [])
    }

    @Test func `a step of a handover reaches the other end`() throws {
        var (left, right) = try connected()
        left.say(PeerSamples.offer)
        #expect(try right.received(left.takeOutput()[...], at: at(2)) == [.handover(PeerSamples.offer)])
    }

    @Test func `what nobody reads is bounded`() throws {
        var (left, _) = try connected()
        let opinions = (0..<PeerLimits.opinions).map {
            PeerOpinion(
                service: String(repeating: "s", count: 64),
                realServer: String(repeating: "r", count: 60) + "\($0)",
                state: .up,
                reason: String(repeating: "x", count: 64),
            )
        }
        #expect(throws: PeerViolation.outputOverflow) {
            for round in 0..<4 {
                left.publish(round % 2 == 0 ? opinions : [])
                _ = try left.tick(clock: 0, at: at(Int64(round) * 100 + 1))
            }
        }
    }

    @Test func `with another configuration opinions are forgotten, and told again though they are the same`() throws {
        var (left, right) = try connected()
        var state = PeerSamples.state
        left.publish(state)
        left.publish([PeerSamples.opinion])
        _ = try left.tick(clock: 0, at: at(1))
        _ = try right.received(left.takeOutput()[...], at: at(2))
        #expect(right.opinions == [PeerSamples.opinion])
        state.configuration.digest &+= 1
        left.publish(state)
        left.publish([PeerSamples.opinion])
        _ = try right.received(left.takeOutput()[...], at: at(3))
        #expect(right.opinions == [])
        _ = try left.tick(clock: 0, at: at(301))
        _ = try right.received(left.takeOutput()[...], at: at(302))
        #expect(right.opinions == [PeerSamples.opinion])
    }
}
