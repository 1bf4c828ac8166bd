import Balancing
import Primitives
import Testing

@Suite struct DriftTests {
    /// What somebody does to a right table, and the reason that is counted for each repair.
    enum Interference: CaseIterable, Sendable {
        case clear
        case deleteDestination
        case changeWeight
        case changeMethod
        case setThreshold
        case changeScheduler
        case addDestination
        case addService

        var reasons: [OperationReason] {
            switch self {
            case .clear: [.serviceMissing, .serviceMissing, .serviceMissing]
            case .deleteDestination: [.destinationMissing]
            case .changeWeight: [.weightChanged]
            case .changeMethod, .setThreshold: [.destinationChanged]
            case .changeScheduler: [.serviceChanged]
            case .addDestination, .addService: [.unexpected]
            }
        }

        func apply(_ kernel: inout FakeKernel) throws {
            let stranger = Destination(endpoint: try Fixtures.endpoint("10.0.0.66:80"), weight: 1)
            let identity = kernel.services[0].service.identity
            switch self {
            case .clear: kernel.services = []
            case .deleteDestination: kernel.services[0].destinations.removeLast()
            case .changeWeight: kernel.services[0].destinations[0].weight = 99
            case .changeMethod: kernel.services[0].destinations[0].forwardingMethod = .masquerading
            case .setThreshold: kernel.services[0].destinations[0].upperThreshold = 5
            case .changeScheduler: kernel.services[0].service.schedulerName = "sh"
            case .addDestination: kernel.apply(.addDestination(identity, stranger))
            case .addService:
                let service = try Fixtures.service("192.0.2.100:8080")
                kernel.apply(.addService(service))
                kernel.apply(.addDestination(service.identity, stranger))
            }
        }
    }

    @Test(arguments: Interference.allCases)
    func `is repaired, counted once and told from a wish`(interference: Interference) throws {
        let service = try Fixtures.service()
        let desired = DesiredTable(services: [
            try Fixtures.desired(service, [("10.0.0.1:80", .exactly(1)), ("10.0.0.2:80", .exactly(1))])
        ])
        var kernel = FakeKernel()
        var reconciler = Reconciler()
        for second in 0..<3 {
            let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(Int64(second)))
            plan.operations.forEach { kernel.apply($0.operation) }
        }
        let right = kernel.sorted
        #expect(reconciler.drift.total == 0)
        try interference.apply(&kernel)
        let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(10))
        #expect(plan.operations.map(\.reason) == interference.reasons)
        plan.operations.forEach { kernel.apply($0.operation) }
        for second in 11..<14 {
            let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(Int64(second)))
            #expect(plan.operations.allSatisfy { !$0.reason.isDrift })
            plan.operations.forEach { kernel.apply($0.operation) }
        }
        #expect(kernel.sorted == right)
        #expect(reconciler.drift.total == UInt64(interference.reasons.count))
        for reason in Set(interference.reasons) { #expect(reconciler.drift[reason] > 0) }
    }

    @Test func `a changed wish is no drift`() throws {
        let service = try Fixtures.service()
        var kernel = FakeKernel()
        var reconciler = Reconciler()
        for (second, weight) in [1, 1, 0, 0, 3, 3].enumerated() {
            let desired = DesiredTable(services: [
                try Fixtures.desired(service, [("10.0.0.1:80", .exactly(UInt32(weight)))])
            ])
            let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(Int64(second)))
            plan.operations.forEach { kernel.apply($0.operation) }
            #expect(plan.operations.allSatisfy { $0.reason == .wanted })
        }
        #expect(reconciler.drift.total == 0)
    }
}
