import DirectorCore
import Health
import PeerProtocol
import Primitives
import Testing

/// The book of orders where two directors share it.
@Suite struct SharedOrdersTests {
    static let now = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    static func order(
        _ action: OperatorOrder.Action,
        _ realServer: String = "web1",
        service: String? = nil,
        at time: UInt64,
        on director: String = "lb1",
    ) -> OperatorOrder {
        var order = OperatorOrder(realServer: realServer, service: service, action: action, since: now)
        order.stamp = OrderStamp(time: time, director: director)
        return order
    }

    static func withdrawal(
        _ realServer: String = "web1",
        service: String? = nil,
        at time: UInt64,
        on director: String = "lb1",
    ) -> OrderWithdrawal {
        let stamp = OrderStamp(time: time, director: director)
        return OrderWithdrawal(OrderSubject(realServer: realServer, service: service), stamp: stamp)
    }

    /// A settings value with another director.
    static let shared = Bench.settings { $0.sharesOrders = true }

    @Test func `the later one counts, the director's name decides a tie, and a withdrawal ends its own order`() {
        var orders = OperatorOrders()
        func take(_ order: OperatorOrder) -> Bool { orders.merge(order) }
        func take(_ withdrawal: OrderWithdrawal) -> Bool { orders.merge(withdrawal) }
        #expect(take(Self.order(.drain, at: 5)))
        #expect(!take(Self.order(.maintenance, at: 4)))
        #expect(!take(Self.order(.maintenance, at: 5)), "the same stamp says nothing new")
        #expect(take(Self.order(.maintenance, at: 5, on: "lb2")))
        #expect(orders.all.map(\.action) == [.maintenance])
        #expect(!take(Self.withdrawal(at: 5, on: "lb1")))
        #expect(take(Self.withdrawal(at: 5, on: "lb2")))
        #expect(orders.all.isEmpty)
        #expect(!take(Self.order(.maintenance, at: 5, on: "lb2")))
        #expect(!take(Self.order(.drain, service: "http", at: 5, on: "lb2")))
        #expect(take(Self.order(.drain, service: "http", at: 6)))
    }

    @Test(arguments: 0..<60)
    func `whatever comes in whatever order and however often, the book is the same`(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let given = (0..<30).map { number -> (order: OperatorOrder?, withdrawal: OrderWithdrawal?) in
            let server = "web\(Int.random(in: 1...2, using: &generator))"
            let service = [nil, "http", "https"][Int.random(in: 0...2, using: &generator)]
            let director = Bool.random(using: &generator) ? "lb1" : "lb2"
            // What has the same stamp is the same, so each number has its own.
            let time = UInt64(number + 1)
            if Bool.random(using: &generator) {
                return (Self.order(.weight(UInt32(number)), server, service: service, at: time, on: director), nil)
            }
            return (nil, Self.withdrawal(server, service: service, at: time, on: director))
        }
        func book(_ list: [(order: OperatorOrder?, withdrawal: OrderWithdrawal?)]) -> OperatorOrders {
            var orders = OperatorOrders()
            for (order, withdrawal) in list {
                if let order { _ = orders.merge(order) }
                if let withdrawal {
                    let subject = OrderSubject(
                        realServer: withdrawal.subject.realServer,
                        service: withdrawal.subject.service,
                        isWeight: true
                    )
                    _ = orders.merge(OrderWithdrawal(subject, stamp: withdrawal.stamp))
                }
            }
            return orders
        }
        let expected = book(given)
        for _ in 0..<10 {
            let again = (given + given.prefix(10)).shuffled(using: &generator)
            #expect(book(again) == expected)
        }
    }

    @Test func `a full book takes no more, and of withdrawals forgets the oldest`() {
        var orders = OperatorOrders()
        func take(_ order: OperatorOrder) -> Bool { orders.merge(order) }
        func take(_ withdrawal: OrderWithdrawal) -> Bool { orders.merge(withdrawal) }
        for number in 0..<OperatorOrders.limit {
            _ = orders.merge(Self.order(.drain, "web\(number)", at: 10))
        }
        #expect(!take(Self.order(.drain, "one-more", at: 10)))
        #expect(take(Self.order(.maintenance, "web7", at: 11)), "in the place of another")
        for number in 0..<OperatorOrders.withdrawalLimit {
            _ = orders.merge(Self.withdrawal("old\(number)", at: 20 + UInt64(number)))
        }
        #expect(!take(Self.withdrawal("older", at: 1)))
        #expect(take(Self.withdrawal("newer", at: 9_999)))
        #expect(orders.withdrawals.count == OperatorOrders.withdrawalLimit)
        #expect(!orders.withdrawals.contains { $0.subject.realServer == "old0" })
    }

    @Test func `an order of the other director counts here, is remembered, and one about nothing does no harm`() {
        let bench = Bench.serving()
        bench.send(.configurationReplaced(Self.shared))
        let stamp = OrderStamp(time: 1_000_000, director: "lb2")
        let shared = [
            PeerOrder(OrderSubject(realServer: "web1"), .drain, stamp: stamp, by: "ops", reason: "kernel"),
            PeerOrder(OrderSubject(realServer: "web9"), .maintenance, stamp: stamp),
            PeerOrder(OrderSubject(realServer: "web2", service: "gone"), .drain, stamp: stamp),
        ]
        bench.send(.ordersShared(shared, clock: 1_060_000))
        #expect(bench.weight(1) == 0)
        #expect(bench.weight(2) == 1)
        #expect(bench.destination(1)?.evidence == "by ops on lb2: kernel")
        #expect(bench.remembered.last?.map(\.realServer) == ["web1", "web2", "web9"])
        let status = bench.core.status(at: bench.now)
        #expect(status.strayOrders.map(\.realServer) == ["web2", "web9"])
        #expect(status.realServers.first?.orders.first?.age == 60_000)
        bench.send(.operatorCommand(.withdraw(realServer: "web1", service: nil, isWeight: false, clock: 5)))
        #expect(bench.weight(1) == 1)
        let told = bench.core.sharedOrders(at: bench.now, clock: 1_060_000)
        let ended = told.first { $0.subject.realServer == "web1" }
        #expect(ended?.action == .withdrawn)
        #expect(ended?.stamp == OrderStamp(time: 1_000_001, director: "director1"))
    }

    @Test func `an order of before there was another director has this one's name when it ends`() {
        let bench = Bench.serving()
        let order = OperatorOrder(
            realServer: "web1",
            action: .drain,
            since: bench.now,
            expires: bench.now + .seconds(10),
        )
        bench.send(.ordersRestored([order], withdrawn: []))
        bench.now = bench.now + .seconds(20)
        bench.send(.configurationReplaced(Self.shared))
        let told = bench.core.sharedOrders(at: bench.now, clock: 1_060_000)
        #expect(told.map(\.action) == [.withdrawn])
        #expect(told.map(\.stamp.director) == ["director1"])
    }

    @Test func `the status says what a draining node is at the other director, while that one says anything`() {
        let bench = Bench.serving()
        bench.send(.configurationReplaced(Self.shared))
        #expect(bench.destination(1)?.peerState == nil)
        func says(_ states: [PeerOpinion.State]) {
            let opinions = states.map { PeerOpinion(service: "web", realServer: "web1", state: $0, reason: "") }
            bench.send(.peerReported(director: "lb2", opinions))
        }
        says([.draining])
        #expect(bench.destination(1)?.peerState == "draining")
        says([.unknown])
        #expect(bench.destination(1)?.peerState == "unknown")
        says([])
        #expect(bench.destination(1)?.peerState == nil)
    }

    @Test func `what one director alone cannot reach is said of that director`() {
        let bench = Bench.serving()
        bench.send(.configurationReplaced(Self.shared))
        bench.send(
            .peerReported(
                director: "lb2",
                [PeerOpinion(service: "web", realServer: "web1", state: .down, reason: Reason.probeTimedOut.rawValue)],
            )
        )
        bench.run(for: .seconds(2))
        func findings() -> [String] { bench.core.status(at: bench.now).realServers.first?.findings ?? [] }
        #expect(findings().isEmpty, "two that probe a dead node do not notice at the same time")
        bench.run(for: .seconds(2))
        #expect(findings().count == 1 && findings().first?.hasPrefix("lb2 cannot reach web1") == true)
    }

    @Test func `a director that is cut off from a node and its agent says that it is the one`() {
        let bench = Bench.serving()
        bench.send(.configurationReplaced(Self.shared))
        let up = PeerOpinion(service: "web", realServer: "web1", state: .up, reason: "passing")
        bench.send(.peerReported(director: "lb2", [up]))
        bench.probes(1, tcp: .down, path: .down)
        bench.run(for: .seconds(4), except: ["web1"])
        let findings = bench.core.status(at: bench.now).realServers.first?.findings ?? []
        #expect(findings.count == 1)
        #expect(findings.first?.hasPrefix("director1 cannot reach web1") == true, "\(findings)")
    }

    @Test func `a node that dies is nobody's cut, however much later the other director notices`() {
        func settings() -> ClusterSettings {
            Bench.settings { settings in
                settings.sharesOrders = true
                settings.services[0].probe.interval = .seconds(10)
                for index in settings.realServers.indices { settings.realServers[index].agent = nil }
            }
        }
        let bench = Bench()
        bench.send(.started(settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        func says(_ state: PeerOpinion.State, _ reason: Reason) {
            let opinion = PeerOpinion(service: "web", realServer: "web1", state: state, reason: reason.rawValue)
            bench.send(.peerReported(director: "lb2", [opinion]))
        }
        func findings() -> [String] { bench.core.status(at: bench.now).realServers.first?.findings ?? [] }
        bench.probes(1, tcp: .up, path: .up)
        says(.up, .passing)
        bench.probes(1, tcp: .down, path: .down)
        bench.run(for: .seconds(9))
        #expect(findings().isEmpty)
        says(.down, .probeTimedOut)
        bench.run(for: .seconds(30))
        #expect(findings().isEmpty)
        says(.up, .passing)
        bench.run(for: .seconds(30))
        #expect(findings().count == 1)
    }

    @Test func `without another director nothing is remembered of what ended, and nothing is taken from anybody`() {
        let bench = Bench.serving()
        let order = PeerOrder(OrderSubject(realServer: "web1"), .drain, stamp: OrderStamp(time: 1, director: "lb2"))
        bench.send(.ordersShared([order], clock: 5))
        #expect(bench.weight(1) == 1)
        bench.send(.operatorCommand(.order(Self.order(.drain, at: 7, on: ""))))
        bench.send(.operatorCommand(.withdraw(realServer: "web1", service: nil, isWeight: false, clock: 5)))
        #expect(bench.core.sharedOrders(at: bench.now, clock: 5) == [])
        bench.send(.configurationReplaced(Self.shared))
        #expect(bench.core.sharedOrders(at: bench.now, clock: 5) == [])
    }

    @Test func `a deadline for one service counts although a drain of all services stands`() {
        let now = MonotonicInstant(nanoseconds: 1_000_000_000)
        var orders = OperatorOrders()
        orders.add(OperatorOrder(realServer: "web1", action: .drain, since: now))
        orders.add(
            OperatorOrder(
                realServer: "web1",
                service: "http",
                action: .drain,
                since: now,
                deadline: now + .seconds(30),
            )
        )
        #expect(!orders.isCutOff("web1", in: "http", at: now + .seconds(29)))
        #expect(orders.isCutOff("web1", in: "http", at: now + .seconds(30)))
        #expect(!orders.isCutOff("web1", in: "https", at: now + .seconds(30)))
    }

    @Test func `what one director believes on the other's word is not told back to it`() {
        let bench = Bench()
        bench.send(.started(Bench.settings(), bootIdentifier: Bench.boot, programVersion: "1"))
        let up = PeerOpinion(service: "web", realServer: "web1", state: .up, reason: "passing")
        bench.send(.peerReported(director: "lb2", [up]))
        #expect(bench.destination(1)?.healthReason == .peerConfirms)
        let told = bench.core.peerInformation(at: bench.now).opinions.first { $0.realServer == "web1" }
        #expect(told?.state == .unknown)
        #expect(told?.reason == "awaiting-results")
    }
}
