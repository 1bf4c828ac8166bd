import Balancing
import Primitives
import Testing

@Suite struct ReconcilerTests {
    static let near = "10.0.0.1:80"
    static let far = "10.0.0.2:80"

    @Test func `an empty kernel gets services with their destinations, in order`() throws {
        let one = try Fixtures.desired(Fixtures.service(), [(Self.far, .exactly(2)), (Self.near, .exactly(1))])
        let two = try Fixtures.desired(Fixtures.service("192.0.2.99:80", scheduler: "wlc"), [(Self.near, .exactly(0))])
        var reconciler = Reconciler()
        let plan = reconciler.plan(desired: DesiredTable(services: [one, two]), observed: [], at: Fixtures.at(1))
        #expect(
            plan.lines == [
                "add service tcp 192.0.2.99:80 scheduler wlc: wanted",
                "add destination 10.0.0.1:80 weight 0 to tcp 192.0.2.99:80: wanted",
                "add service tcp 192.0.2.100:80 scheduler rr: wanted",
                "add destination 10.0.0.1:80 weight 1 to tcp 192.0.2.100:80: wanted",
                "add destination 10.0.0.2:80 weight 2 to tcp 192.0.2.100:80: wanted",
            ]
        )
        #expect(!plan.isConverged)
        #expect(reconciler.drift.total == 0)
    }

    @Test func `what nobody wants is spared at the first look where that was asked for, and then goes`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [try Fixtures.desired(service, [(Self.near, .keep(initially: 0))])])
        let former = ObservedDestination(endpoint: try Fixtures.endpoint(Self.far), weight: 2, activeConnections: 1)
        let observed = [Fixtures.observed(service, [former])]
        var reconciler = Reconciler(sparesAtFirst: true)
        let first = reconciler.plan(desired: desired, observed: observed, at: Fixtures.at(1))
        #expect(first.lines == ["add destination 10.0.0.1:80 weight 0 to tcp 192.0.2.100:80: wanted"])
        let second = reconciler.plan(desired: desired, observed: observed, at: Fixtures.at(2))
        #expect(second.lines.contains { $0.contains("10.0.0.2:80") && $0.hasSuffix(": unwanted") })
        var strict = Reconciler()
        #expect(strict.plan(desired: desired, observed: observed, at: Fixtures.at(1)).lines.count == 2)
    }

    @Test func `a right kernel needs nothing`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [try Fixtures.desired(service, [(Self.near, .exactly(1))])])
        let observed = [
            Fixtures.observed(service, [ObservedDestination(endpoint: try Fixtures.endpoint(Self.near), weight: 1)])
        ]
        var reconciler = Reconciler()
        let plan = reconciler.plan(desired: desired, observed: observed, at: Fixtures.at(1))
        #expect(plan == Plan())
        #expect(plan.isConverged)
    }

    @Test func `the kernel's local method is as good as direct routing`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [try Fixtures.desired(service, [(Self.near, .exactly(1))])])
        for method in ForwardingMethod.allCases {
            let destination = ObservedDestination(
                endpoint: try Fixtures.endpoint(Self.near),
                weight: 1,
                forwardingMethod: method
            )
            var reconciler = Reconciler()
            let plan = reconciler.plan(
                desired: desired,
                observed: [Fixtures.observed(service, [destination])],
                at: Fixtures.at(1)
            )
            #expect(plan.isConverged == (method == .local || method == .directRouting), "\(method)")
        }
    }

    @Test func `adds and raises before it lowers and removes`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [
            try Fixtures.desired(
                service,
                [("10.0.0.3:80", .exactly(1)), ("10.0.0.4:80", .exactly(5)), ("10.0.0.5:80", .exactly(0))],
            )
        ])
        let observed = [
            Fixtures.observed(
                service,
                [
                    ObservedDestination(endpoint: try Fixtures.endpoint("10.0.0.1:80"), weight: 0),
                    ObservedDestination(endpoint: try Fixtures.endpoint("10.0.0.2:80"), weight: 1),
                    ObservedDestination(endpoint: try Fixtures.endpoint("10.0.0.4:80"), weight: 1),
                    ObservedDestination(endpoint: try Fixtures.endpoint("10.0.0.5:80"), weight: 1),
                ]
            )
        ]
        var reconciler = Reconciler()
        let plan = reconciler.plan(desired: desired, observed: observed, at: Fixtures.at(1))
        #expect(
            plan.lines == [
                "add destination 10.0.0.3:80 weight 1 to tcp 192.0.2.100:80: wanted",
                "set destination 10.0.0.4:80 weight 5 of tcp 192.0.2.100:80: wanted",
                "set destination 10.0.0.5:80 weight 0 of tcp 192.0.2.100:80: wanted",
                "set destination 10.0.0.2:80 weight 0 of tcp 192.0.2.100:80: unwanted",
                "remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drained",
            ]
        )
    }

    @Test(arguments: [false, true])
    func `a removed destination keeps its connections until they end`(isPersistent: Bool) throws {
        let service = try Fixtures.service(persistence: isPersistent ? 300 : 0)
        let desired = DesiredTable(services: [try Fixtures.desired(service, [], deadline: .seconds(10))])
        func look(
            _ reconciler: inout Reconciler,
            _ second: Int64,
            weight: UInt32,
            active: UInt32,
            inactive: UInt32,
            persistent: UInt32,
        ) throws -> Plan {
            let destination = ObservedDestination(
                endpoint: try Fixtures.endpoint(Self.near),
                weight: weight,
                activeConnections: active,
                inactiveConnections: inactive,
                persistentConnections: persistent
            )
            return reconciler.plan(
                desired: desired,
                observed: [Fixtures.observed(service, [destination])],
                at: Fixtures.at(second)
            )
        }
        var reconciler = Reconciler()
        let first = try look(&reconciler, 100, weight: 1, active: 0, inactive: 0, persistent: 0)
        #expect(first.lines == ["set destination 10.0.0.1:80 weight 0 of tcp 192.0.2.100:80: unwanted"])
        #expect(first.nextLook == Fixtures.at(110))
        let second = try look(&reconciler, 101, weight: 0, active: 1, inactive: 0, persistent: 1)
        #expect(second.isConverged && second.draining.map(\.connections) == [isPersistent ? 2 : 1])
        let third = try look(&reconciler, 102, weight: 0, active: 0, inactive: 3, persistent: 0)
        #expect(third.isConverged && third.draining.map(\.deadline) == [Fixtures.at(110)])
        let fourth = try look(&reconciler, 103, weight: 0, active: 0, inactive: 0, persistent: 1)
        #expect(fourth.isConverged == isPersistent, "only a persistent service's templates count")
        var other = reconciler
        let ended = try look(&reconciler, 104, weight: 0, active: 0, inactive: 0, persistent: 0)
        #expect(ended.lines == ["remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drained"])
        let late = try look(&other, 110, weight: 0, active: 7, inactive: 0, persistent: 0)
        #expect(late.lines == ["remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drain-deadline"])
    }

    @Test func `a destination that is wanted again while it drains is kept and its time starts anew`() throws {
        let service = try Fixtures.service()
        let endpoint = try Fixtures.endpoint(Self.near)
        let without = DesiredTable(services: [try Fixtures.desired(service, [], deadline: .seconds(10))])
        let with = DesiredTable(services: [
            try Fixtures.desired(service, [(Self.near, .exactly(1))], deadline: .seconds(10))
        ])
        func table(_ weight: UInt32) -> [ObservedService] {
            let destination = ObservedDestination(endpoint: endpoint, weight: weight, activeConnections: 1)
            return [Fixtures.observed(service, [destination])]
        }
        var reconciler = Reconciler()
        _ = reconciler.plan(desired: without, observed: table(1), at: Fixtures.at(0))
        let again = reconciler.plan(desired: with, observed: table(0), at: Fixtures.at(8))
        #expect(again.lines == ["set destination 10.0.0.1:80 weight 1 of tcp 192.0.2.100:80: wanted"])
        let gone = reconciler.plan(desired: without, observed: table(1), at: Fixtures.at(9))
        #expect(gone.nextLook == Fixtures.at(19))
    }

    @Test func `a removed service goes after its destinations, and only then`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(
            services: [try Fixtures.desired(service, [(Self.near, .exactly(1)), (Self.far, .exactly(1))])])
        let empty = DesiredTable()
        var kernel = FakeKernel()
        var reconciler = Reconciler()
        for operation in reconciler.plan(desired: desired, observed: [], at: Fixtures.at(0)).operations {
            kernel.apply(operation.operation)
        }
        kernel.services[0].destinations[0].activeConnections = 1
        let first = reconciler.plan(desired: empty, observed: kernel.services, at: Fixtures.at(1))
        #expect(first.operations.count == 2 && first.draining.count == 2)
        first.operations.forEach { kernel.apply($0.operation) }
        let second = reconciler.plan(desired: empty, observed: kernel.services, at: Fixtures.at(2))
        #expect(second.lines == ["remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drained"])
        second.operations.forEach { kernel.apply($0.operation) }
        kernel.services[0].destinations[0].activeConnections = 0
        let third = reconciler.plan(desired: empty, observed: kernel.services, at: Fixtures.at(3))
        #expect(
            third.lines == [
                "remove destination 10.0.0.2:80 of tcp 192.0.2.100:80: drained",
                "remove service tcp 192.0.2.100:80: drained",
            ]
        )
        third.operations.forEach { kernel.apply($0.operation) }
        #expect(kernel.services.isEmpty)
    }

    @Test func `a removed service keeps its own deadline, though the table does not name it any more`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [
            try Fixtures.desired(service, [(Self.near, .exactly(1))], deadline: .seconds(5))
        ])
        let destination = ObservedDestination(
            endpoint: try Fixtures.endpoint(Self.near),
            weight: 1,
            activeConnections: 9
        )
        let table = [Fixtures.observed(service, [destination])]
        var reconciler = Reconciler()
        _ = reconciler.plan(desired: desired, observed: table, at: Fixtures.at(0))
        let first = reconciler.plan(desired: DesiredTable(), observed: table, at: Fixtures.at(10))
        #expect(first.nextLook == Fixtures.at(15))
        let last = reconciler.plan(desired: DesiredTable(), observed: table, at: Fixtures.at(15))
        #expect(
            last.lines == [
                "remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drain-deadline",
                "remove service tcp 192.0.2.100:80: drain-deadline",
            ]
        )
    }

    @Test func `leaves services on other addresses alone, and clears its own address`() throws {
        let foreign = try Fixtures.service("198.51.100.1:80", scheduler: "sh")
        let leftover = try Fixtures.service("192.0.2.100:443")
        let destination = ObservedDestination(endpoint: try Fixtures.endpoint(Self.near), weight: 3)
        let own = try #require(IPAddress("192.0.2.100"))
        var reconciler = Reconciler()
        let table = [Fixtures.observed(foreign, [destination]), Fixtures.observed(leftover, [])]
        let plan = reconciler.plan(desired: DesiredTable(ownAddresses: [own]), observed: table, at: Fixtures.at(0))
        #expect(plan.lines == ["remove service tcp 192.0.2.100:443: unwanted"])
        var other = Reconciler()
        #expect(other.plan(desired: DesiredTable(), observed: table, at: Fixtures.at(0)) == Plan())
        #expect(
            DesiredTable(ownAddresses: [own]).clearing(table).lines == [
                "remove service tcp 192.0.2.100:443: unwanted"
            ]
        )
    }

    @Test func `changes scheduler, persistence and flags in place`() throws {
        let before = try Fixtures.service()
        for after in [
            try Fixtures.service(scheduler: "wlc"), try Fixtures.service(persistence: 60),
            VirtualService(identity: before.identity, schedulerName: "rr", schedulerFlags: 8),
        ] {
            var reconciler = Reconciler()
            let table = [Fixtures.observed(before, [])]
            let plan = reconciler.plan(
                desired: DesiredTable(services: [try Fixtures.desired(after, [])]),
                observed: table,
                at: Fixtures.at(0)
            )
            #expect(plan.operations == [PlannedOperation(.setService(after), .wanted)])
        }
    }

    @Test func `keeps the kernel's weight where nothing better is known`() throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [
            try Fixtures.desired(service, [(Self.near, .keep(initially: 0)), (Self.far, .keep(initially: 0))])
        ])
        let endpoint = try Fixtures.endpoint(Self.near)
        let table = [Fixtures.observed(service, [ObservedDestination(endpoint: endpoint, weight: 7)])]
        var reconciler = Reconciler()
        let first = reconciler.plan(desired: desired, observed: table, at: Fixtures.at(0))
        #expect(first.lines == ["add destination 10.0.0.2:80 weight 0 to tcp 192.0.2.100:80: wanted"])
        let deleted = reconciler.plan(
            desired: desired,
            observed: [Fixtures.observed(service, [])],
            at: Fixtures.at(1)
        )
        #expect(
            deleted.lines.first == "add destination 10.0.0.1:80 weight 7 to tcp 192.0.2.100:80: destination-missing"
        )
    }

    @Test func `a service that somebody has given a mask or one-packet scheduling is set right`() throws {
        let service = try Fixtures.service(persistence: 300)
        let desired = DesiredTable(services: [try Fixtures.desired(service, [(Self.near, .exactly(1))])])
        let destination = ObservedDestination(endpoint: try Fixtures.endpoint(Self.near), weight: 1)
        var observed = Fixtures.observed(service, [destination])
        observed.isPlain = false
        var reconciler = Reconciler()
        let plan = reconciler.plan(desired: desired, observed: [observed], at: Fixtures.at(1))
        #expect(plan.operations.map(\.operation) == [.setService(service)])
    }
}
