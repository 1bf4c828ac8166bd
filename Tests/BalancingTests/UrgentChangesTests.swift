import Balancing
import Primitives
import Testing

/// What is changed before the kernel is looked at again.
@Suite struct UrgentChangesTests {
    static let near = "10.0.0.1:80"
    static let far = "10.0.0.2:80"

    static func seen(_ service: VirtualService, _ weights: [(String, UInt32)]) throws -> ObservedService {
        Fixtures.observed(
            service,
            try weights.map { ObservedDestination(endpoint: try Fixtures.endpoint($0.0), weight: $0.1) }
        )
    }

    static func changes(_ desired: [DesiredService], _ seen: [ObservedService]) -> [String] {
        DesiredTable(services: desired).urgentChanges(seen: seen).map { "\($0.operation)" }
    }

    @Test func `a weight goes to 0 without a fresh look, and one that rises goes first`() throws {
        let service = try Fixtures.service()
        let desired = try Fixtures.desired(service, [(Self.near, .exactly(0)), (Self.far, .exactly(3))])
        let seen = try Self.seen(service, [(Self.far, 1), (Self.near, 1)])
        #expect(
            Self.changes([desired], [seen]) == [
                "set destination 10.0.0.2:80 weight 3 of tcp 192.0.2.100:80",
                "set destination 10.0.0.1:80 weight 0 of tcp 192.0.2.100:80",
            ]
        )
    }

    @Test func `what is right or kept is left alone, and so is what drains`() throws {
        let service = try Fixtures.service()
        let desired = try Fixtures.desired(service, [(Self.near, .exactly(1)), (Self.far, .keep(initially: 0))])
        let seen = try Self.seen(service, [(Self.near, 1), (Self.far, 7), ("10.0.0.9:80", 2)])
        #expect(Self.changes([desired], [seen]) == [])
    }

    @Test func `a service that needs more than weights is left to the look`() throws {
        let service = try Fixtures.service()
        let desired = try Fixtures.desired(service, [(Self.near, .exactly(0)), (Self.far, .exactly(1))])
        // Not there, of another scheduler, without one of its destinations, and with one by masquerading.
        #expect(Self.changes([desired], []) == [])
        let other = try Self.seen(Fixtures.service(scheduler: "sh"), [(Self.near, 1), (Self.far, 1)])
        #expect(Self.changes([desired], [other]) == [])
        #expect(Self.changes([desired], [try Self.seen(service, [(Self.near, 1)])]) == [])
        var masquerading = try Self.seen(service, [(Self.near, 1), (Self.far, 1)])
        masquerading.destinations[0].forwardingMethod = .masquerading
        #expect(Self.changes([desired], [masquerading]) == [])
    }

    @Test(arguments: 0..<200)
    func `only leads where the look leads, whatever happened to the kernel meanwhile`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var kernel = FakeKernel(services: try ConvergenceTests.table(&generator))
        var reconciler = Reconciler()
        for second in 0..<30 {
            let seen = kernel.services
            let desired = try ConvergenceTests.desire(&generator)
            // Somebody else is faster now and then.
            if Bool.random(using: &generator), !kernel.services.isEmpty { kernel.services.removeLast() }
            for planned in desired.urgentChanges(seen: seen) {
                guard case .setDestination(let identity, let destination) = planned.operation else {
                    Issue.record("\(planned.operation)")
                    continue
                }
                #expect(identity.endpoint.address == ConvergenceTests.own)
                let wish = desired.services.first { $0.service.identity == identity }?.destinations
                    .first { $0.endpoint == destination.endpoint }
                #expect(wish?.weight == .exactly(destination.weight))
                kernel.apply(planned.operation)
            }
            let plan = reconciler.plan(
                desired: desired,
                observed: kernel.services,
                at: Fixtures.at(Int64(second))
            )
            for planned in plan.operations { kernel.apply(planned.operation) }
            // Nothing urgent is left after a look.
            #expect(desired.urgentChanges(seen: kernel.services).isEmpty)
        }
    }

    @Test func `what is cut off gets nothing more at once`() throws {
        let service = try Fixtures.service()
        var desired = try Fixtures.desired(service, [(Self.near, .exactly(1))])
        desired.cutOff = [try Fixtures.endpoint(Self.far)]
        let seen = try Self.seen(service, [(Self.near, 1), (Self.far, 7)])
        #expect(Self.changes([desired], [seen]) == ["set destination 10.0.0.2:80 weight 0 of tcp 192.0.2.100:80"])
    }
}
