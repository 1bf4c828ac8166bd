import Balancing
import Primitives
import Testing

/// From any table, with changing wishes, failing operations and other people's services.
@Suite struct ConvergenceTests {
    static let own = IPAddress("192.0.2.100")
    static let foreign = IPAddress("198.51.100.1")

    static func endpoint(_ generator: inout SeededGenerator) -> Endpoint {
        let address = IPv4Address(10, 0, 0, UInt8.random(in: 1...6, using: &generator))
        return Endpoint(address: .v4(address), port: 80)
    }

    static func service(_ address: IPAddress, _ generator: inout SeededGenerator) -> VirtualService {
        VirtualService(
            identity: ServiceIdentity(
                protocol: Bool.random(using: &generator) ? .tcp : .udp,
                endpoint: Endpoint(address: address, port: UInt16.random(in: 80...83, using: &generator)),
            ),
            schedulerName: ["rr", "wlc", "sh"].randomElement(using: &generator) ?? "rr",
            persistenceTimeout: [0, 0, 300].randomElement(using: &generator) ?? 0,
        )
    }

    static func table(_ generator: inout SeededGenerator) throws -> [ObservedService] {
        var services: [ServiceIdentity: ObservedService] = [:]
        for _ in 0..<Int.random(in: 0...6, using: &generator) {
            let address = try #require(Bool.random(using: &generator) ? own : foreign)
            let service = service(address, &generator)
            var destinations: [Endpoint: ObservedDestination] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                let endpoint = endpoint(&generator)
                destinations[endpoint] = ObservedDestination(
                    endpoint: endpoint,
                    weight: UInt32.random(in: 0...3, using: &generator),
                    forwardingMethod: ForwardingMethod.allCases.randomElement(using: &generator),
                    upperThreshold: Bool.random(using: &generator) ? 0 : 10,
                    activeConnections: UInt32.random(in: 0...5, using: &generator),
                    inactiveConnections: UInt32.random(in: 0...5, using: &generator),
                    persistentConnections: UInt32.random(in: 0...2, using: &generator),
                )
            }
            services[service.identity] = ObservedService(
                service: service,
                destinations: destinations.values.sorted { $0.endpoint < $1.endpoint }
            )
        }
        return services.values.sorted { $0.service.identity < $1.service.identity }
    }

    static func desire(_ generator: inout SeededGenerator) throws -> DesiredTable {
        let address = try #require(own)
        var services: [ServiceIdentity: DesiredService] = [:]
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            let service = service(address, &generator)
            var destinations: [Endpoint: DesiredDestination] = [:]
            for _ in 0..<Int.random(in: 0...5, using: &generator) {
                let endpoint = endpoint(&generator)
                let weight = UInt32.random(in: 0...3, using: &generator)
                destinations[endpoint] = DesiredDestination(
                    endpoint: endpoint,
                    weight: Int.random(in: 0...4, using: &generator) == 0 ? .keep(initially: weight) : .exactly(weight),
                )
            }
            services[service.identity] = DesiredService(
                service: service,
                destinations: destinations.values.sorted { $0.endpoint < $1.endpoint },
                drainDeadline: .seconds(Int64.random(in: 1...20, using: &generator)),
            )
        }
        return DesiredTable(
            services: services.values.shuffled(using: &generator),
            ownAddresses: [address],
            drainDeadline: .seconds(20)
        )
    }

    static func isRight(_ kernel: FakeKernel, _ desired: DesiredTable) -> Bool {
        let present = kernel.services.filter { $0.service.identity.endpoint.address == own }
        guard present.count == desired.services.count else { return false }
        return desired.services.allSatisfy { wanted in
            guard let found = present.first(where: { $0.service == wanted.service }),
                found.destinations.count == wanted.destinations.count
            else { return false }
            return wanted.destinations.allSatisfy { destination in
                found.destinations.contains {
                    guard $0.endpoint == destination.endpoint, $0.forwardingMethod?.isDirect == true else {
                        return false
                    }
                    if case .exactly(let weight) = destination.weight { return $0.weight == weight }
                    return true
                }
            }
        }
    }

    @Test(arguments: 0..<300)
    func `reaches the wish within the longest drain deadline and touches nothing foreign`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var kernel = FakeKernel(services: try Self.table(&generator))
        let foreign = kernel.services.filter { $0.service.identity.endpoint.address == Self.foreign }
        var reconciler = Reconciler()
        var second: Int64 = 0
        var desired = try Self.desire(&generator)
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
            desired = try Self.desire(&generator)
            for _ in 0..<Int.random(in: 1...5, using: &generator) {
                second += 1
                let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(second))
                for operation in plan.operations {
                    #expect(operation.operation.service.endpoint.address == Self.own)
                    // Now and then the kernel refuses, and somebody else changes something.
                    if Int.random(in: 0...9, using: &generator) > 0 { kernel.apply(operation.operation) }
                }
                kernel.pass(time: &generator)
            }
        }
        // Everything that is unwanted now became so at most 20 s before its deadline; then faults end.
        for _ in 0..<23 {
            second += 1
            let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(second))
            for operation in plan.operations {
                let isApplied = kernel.apply(operation.operation)
                #expect(isApplied, "\(operation)")
            }
            kernel.pass(time: &generator)
        }
        #expect(Self.isRight(kernel, desired), "seed \(seed)")
        let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(second + 1))
        #expect(plan == Plan(), "seed \(seed)")
        let left = kernel.services.filter { $0.service.identity.endpoint.address == Self.foreign }
        #expect(left.map(\.service) == foreign.map(\.service))
        #expect(left.map { $0.destinations.map(\.weight) } == foreign.map { $0.destinations.map(\.weight) })
    }

    @Test(arguments: 0..<50)
    func `plans the same whatever the order of the dump and of the wish`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let table = try Self.table(&generator)
        let desired = try Self.desire(&generator)
        var first = Reconciler()
        let expected = first.plan(desired: desired, observed: table, at: Fixtures.at(1))
        for _ in 0..<5 {
            var other = Reconciler()
            var shuffled = desired
            shuffled.services.shuffle(using: &generator)
            for index in shuffled.services.indices {
                shuffled.services[index].destinations.shuffle(using: &generator)
            }
            let plan = other.plan(desired: shuffled, observed: table.shuffled(using: &generator), at: Fixtures.at(1))
            #expect(plan == expected)
        }
    }

    @Test(arguments: 0..<100)
    func `never removes what was wanted a moment ago before it has weight 0 and no connections`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var kernel = FakeKernel(services: try Self.table(&generator))
        var reconciler = Reconciler()
        var desired = try Self.desire(&generator)
        for second in 1...40 {
            if second % 10 == 0 { desired = try Self.desire(&generator) }
            let plan = reconciler.plan(desired: desired, observed: kernel.services, at: Fixtures.at(Int64(second)))
            for operation in plan.operations {
                if case .removeDestination(let identity, let endpoint) = operation.operation,
                    operation.reason != .drainDeadline
                {
                    let service = try #require(kernel.services.first { $0.service.identity == identity })
                    let found = try #require(service.destinations.first { $0.endpoint == endpoint })
                    #expect(found.weight == 0)
                    #expect(found.activeConnections + found.inactiveConnections == 0)
                }
                kernel.apply(operation.operation)
            }
            kernel.pass(time: &generator)
        }
    }
}
