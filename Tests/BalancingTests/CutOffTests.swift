import Balancing
import Primitives
import Testing

@Suite struct CutOffTests {
    @Test func `a destination that has had its time goes at once, and another drains on`() throws {
        let service = try Fixtures.service()
        let (cut, draining) = (try Fixtures.endpoint("10.0.0.1:80"), try Fixtures.endpoint("10.0.0.2:80"))
        var desired = try Fixtures.desired(service, [("10.0.0.3:80", .exactly(1))])
        desired.cutOff = [cut]
        let destinations = [
            ObservedDestination(endpoint: cut, weight: 0, activeConnections: 4),
            ObservedDestination(endpoint: draining, weight: 0, activeConnections: 4),
            ObservedDestination(endpoint: try Fixtures.endpoint("10.0.0.3:80"), weight: 1),
        ]
        var reconciler = Reconciler()
        let plan = reconciler.plan(
            desired: DesiredTable(services: [desired]),
            observed: [Fixtures.observed(service, destinations)],
            at: Fixtures.at(1)
        )
        #expect(plan.lines == ["remove destination 10.0.0.1:80 of tcp 192.0.2.100:80: drain-deadline"])
        #expect(plan.draining.map(\.endpoint) == [draining])
    }
}
