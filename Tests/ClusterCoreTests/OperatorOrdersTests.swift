import AgentProtocol
import Balancing
import DirectorCore
import Health
import Primitives
import Testing

/// What operators order: which order counts, how long it stands, and what it does to the table.
@Suite struct OperatorOrdersTests {
    static let now = MonotonicInstant(nanoseconds: 1_000_000_000)

    static func order(
        _ action: OperatorOrder.Action,
        service: String? = nil,
        expires: Interval? = nil,
    ) -> OperatorOrder {
        OperatorOrder(
            realServer: "web1",
            service: service,
            action: action,
            by: "ops",
            reason: "kernel",
            since: now,
            expires: expires.map { now + $0 },
        )
    }

    @Test func `an order is for one service or for all, and maintenance outranks a drain`() {
        var orders = OperatorOrders()
        orders.add(Self.order(.drain, service: "http"))
        #expect(orders.override("web1", in: "http") == .drain)
        #expect(orders.override("web1", in: "https") == .none)
        #expect(orders.override("web2", in: "http") == .none)
        #expect(orders.override("web1") == .none)
        orders.add(Self.order(.maintenance))
        #expect(orders.override("web1", in: "http") == .maintenance)
        #expect(orders.override("web1", in: "https") == .maintenance)
        #expect(orders.override("web1") == .maintenance)
        #expect(orders.all.count == 1, "an order for all services replaces those for single ones")
    }

    @Test func `a weight stands beside a drain, and the service's own before that for all`() {
        var orders = OperatorOrders()
        orders.add(Self.order(.weight(3)))
        orders.add(Self.order(.weight(7), service: "http"))
        orders.add(Self.order(.drain))
        #expect(orders.weight("web1", in: "http") == 7)
        #expect(orders.weight("web1", in: "https") == 3)
        #expect(orders.weight("web2", in: "http") == nil)
        let drains = orders.withdraw(realServer: "web1", service: nil, isWeight: false)
        #expect(drains == 1)
        #expect(orders.override("web1", in: "http") == .none)
        #expect(orders.weight("web1", in: "http") == 7)
        let weights = orders.withdraw(realServer: "web1", service: "http", isWeight: true)
        #expect(weights == 1)
        #expect(orders.weight("web1", in: "http") == 3)
    }

    @Test func `the order of giving decides nothing`() {
        let given = [
            Self.order(.weight(3)), Self.order(.drain, service: "http"), Self.order(.maintenance, service: "https"),
            Self.order(.weight(7), service: "http"),
        ]
        var generator = SeededGenerator(seed: 3)
        var expected = OperatorOrders()
        for order in given { expected.add(order) }
        for _ in 0..<20 {
            var orders = OperatorOrders()
            // The weight for all services is given first: later it would replace the other.
            for order in [given[0]] + given.dropFirst().shuffled(using: &generator) { orders.add(order) }
            #expect(orders == expected)
        }
    }

    @Test func `what an operator writes cannot move a terminal's cursor, nor fill it`() {
        let order = OperatorOrder(
            realServer: "web1",
            action: .drain,
            by: "ops\u{1b}[2J",
            reason: String(repeating: "x", count: 10_000) + "\n",
            since: Self.now,
        )
        #expect(order.by == "ops?[2J")
        #expect(order.reason.count == OperatorOrder.textLimit)
    }

    @Test func `a book has a limit`() {
        var orders = OperatorOrders()
        for number in 0..<OperatorOrders.limit {
            let isAdded = orders.add(OperatorOrder(realServer: "web\(number)", action: .drain, since: Self.now))
            #expect(isAdded)
        }
        let isAdded = orders.add(Self.order(.drain, service: "new"))
        #expect(!isAdded)
        #expect(orders.all.count == OperatorOrders.limit)
    }

    @Test func `a drain is shown with who and why, is remembered, and ends by itself`() throws {
        let bench = Bench.serving()
        let order = OperatorOrder(
            realServer: "web1",
            service: "web",
            action: .drain,
            by: "ops",
            reason: "kernel",
            since: bench.now,
            expires: bench.now + .seconds(60),
        )
        bench.send(.operatorCommand(.order(order)))
        #expect(bench.weight(1) == 0)
        #expect(bench.weight(2) == 1)
        #expect(bench.destination(1)?.evidence == "by ops: kernel")
        #expect(bench.remembered.last == [order])
        let server = try #require(bench.core.status(at: bench.now).realServers.first { $0.name == "web1" })
        #expect(server.orders.map(\.action) == ["drain"])
        #expect(server.orders.first?.expiresIn == 60_000)
        bench.run(for: .seconds(59))
        #expect(bench.weight(1) == 0)
        bench.run(for: .seconds(2))
        #expect(bench.weight(1) == 1)
        #expect(bench.remembered.last == [])
    }

    @Test func `a weight is the operator's until it is withdrawn`() {
        let bench = Bench.serving()
        let order = OperatorOrder(realServer: "web1", action: .weight(9), since: bench.now)
        bench.send(.operatorCommand(.order(order)))
        #expect(bench.weight(1) == 9)
        bench.send(.operatorCommand(.withdraw(realServer: "web1", service: nil, isWeight: true)))
        #expect(bench.weight(1) == 1)
    }

    @Test func `an order survives a restart, and one about nothing does not`() {
        let bench = Bench.serving()
        let orders = [
            OperatorOrder(realServer: "web1", action: .drain, since: bench.now),
            OperatorOrder(realServer: "gone", action: .drain, since: bench.now),
            OperatorOrder(realServer: "web2", service: "gone", action: .drain, since: bench.now),
            OperatorOrder(realServer: "web2", action: .drain, since: bench.now, expires: bench.now),
        ]
        bench.send(.ordersRestored(orders))
        #expect(bench.weight(1) == 0)
        #expect(bench.weight(2) == 1)
        #expect(bench.remembered.last == [orders[0]])
    }

    @Test func `at the deadline what is left is cut off, and comes back when the drain ends`() throws {
        let bench = Bench.serving()
        let deadline = bench.now + .seconds(30)
        let order = OperatorOrder(realServer: "web1", action: .drain, since: bench.now, deadline: deadline)
        bench.send(.operatorCommand(.order(order)))
        let draining = try #require(bench.desires.last?.table.services.first)
        #expect(draining.destinations.count == 2)
        #expect(draining.cutOff == [])
        bench.run(for: .seconds(31))
        let cut = try #require(bench.desires.last?.table.services.first)
        #expect(cut.destinations.map(\.endpoint) == [Bench.endpoint(2)])
        #expect(cut.cutOff == [Bench.endpoint(1)])
        bench.send(.operatorCommand(.withdraw(realServer: "web1", service: nil, isWeight: false)))
        #expect(bench.desires.last?.table.services.first?.destinations.count == 2)
    }

    @Test func `a draining real server is drained when nothing is established any more`() throws {
        let bench = Bench.serving()
        bench.send(.operatorCommand(.order(OperatorOrder(realServer: "web1", action: .drain, since: bench.now))))
        func report(_ active: UInt32, _ inactive: UInt32) {
            let destinations = [
                ObservedDestination(
                    endpoint: Bench.endpoint(1),
                    weight: 0,
                    activeConnections: active,
                    inactiveConnections: inactive
                ),
                ObservedDestination(endpoint: Bench.endpoint(2), weight: 1),
            ]
            let service = VirtualService(identity: Bench.service)
            let services = [ObservedService(service: service, destinations: destinations)]
            bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: services)))
        }
        report(0, 0)
        #expect(bench.destination(1)?.state == .draining, "a connection may just have been given to it")
        bench.now = bench.now + .seconds(2)
        report(2, 5)
        #expect(bench.destination(1)?.state == .draining)
        report(0, 5)
        #expect(bench.destination(1)?.state == .drained)
    }

    @Test func `what the kernel's table keeps of connections that the node has not does not hold a drain up`() throws {
        let bench = Bench.serving()
        bench.send(.operatorCommand(.order(OperatorOrder(realServer: "web1", action: .drain, since: bench.now))))
        func look(weight: UInt32 = 0, active: UInt32 = 32, inactive: UInt32 = 0) {
            bench.run(for: .milliseconds(1_200))
            let destination = ObservedDestination(
                endpoint: Bench.endpoint(1),
                weight: weight,
                activeConnections: active,
                inactiveConnections: inactive
            )
            let service = ObservedService(
                service: VirtualService(identity: Bench.service),
                destinations: [destination, ObservedDestination(endpoint: Bench.endpoint(2), weight: 1)]
            )
            bench.send(.dataplaneReported(DataplaneReport(at: bench.now, services: [service])))
        }
        func idle(_ verdict: FactVerdict) -> [Fact] {
            Bench.good() + [Fact(.idle, .service(Bench.service), verdict, evidence: "")]
        }
        bench.publish("web1", idle(.holds))
        #expect(bench.destination(1)?.state == .draining, "it may not have heard yet of the order")
        look(weight: 1)
        #expect(bench.destination(1)?.state == .draining, "the kernel has not the weight that was wanted")
        bench.publish("web1", idle(.violated))
        look()
        #expect(bench.destination(1)?.state == .draining)
        let told = bench.opinionsOutdated
        bench.publish("web1", idle(.holds))
        #expect(bench.destination(1)?.state == .drained)
        #expect(bench.opinionsOutdated == told + 1, "who waits at the other director hears at once")
        bench.publish("web1", idle(.holds) + [Fact(.capacity, .node, .holds, evidence: "50%")])
        #expect(bench.opinionsOutdated == told + 1, "nothing else that a node says has it told")
        #expect(bench.destination(1)?.activeConnections == 32)
        bench.publish("web1", idle(.violated))
        look(active: 0, inactive: 1)
        #expect(bench.destination(1)?.state == .draining, "its client sends no more, and has not got everything yet")
        look(active: 0, inactive: 0)
        #expect(bench.destination(1)?.state == .drained, "nobody is left that the kernel knows")
        bench.publish("web1", idle(.holds))
        look()
        #expect(bench.destination(1)?.state == .drained)
        bench.run(for: .seconds(3), except: ["web1"])
        #expect(bench.destination(1)?.state == .draining, "what a node said that is not heard any more is unknown")
    }
}
