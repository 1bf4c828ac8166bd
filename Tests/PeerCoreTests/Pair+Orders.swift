import AgentProtocol
import DirectorCore
import PeerProtocol
import Primitives

/// The directors' cluster cores, as far as operators' orders go.
extension Pair {
    private static let orderSettings: [RealServerSettings] = (1...3).map { number in
        RealServerSettings(name: "web\(number)", address: .v4(IPv4Address(192, 0, 2, UInt8(10 + number))))
    }

    /// A director's wall clock.
    func clock(_ index: Int) -> UInt64 { sides[index].clock + UInt64((now - Self.start).milliseconds) }

    /// The cluster core of a fresh process, with what the file has.
    func startCluster(_ index: Int) {
        let side = sides[index]
        side.cluster = ClusterCore(seed: 1)
        var settings = ClusterSettings(
            directorName: side.name,
            interface: "eth0",
            realServers: Self.orderSettings,
            services: [],
        )
        settings.sharesOrders = true
        let boot = BootIdentifier(high: 0, low: 1)
        think(index, .started(settings, bootIdentifier: boot, programVersion: "1"))
        think(index, .ordersRestored(side.kept.orders, withdrawn: side.kept.withdrawn))
    }

    func think(_ index: Int, _ event: ClusterEvent) {
        let side = sides[index]
        for effect in side.cluster.handle(event, at: now) {
            guard case .remember(let orders, let withdrawn) = effect else { continue }
            side.kept = (orders, withdrawn)
            handle(index, .ordersChanged(side.cluster.sharedOrders(at: now, clock: clock(index))))
        }
    }

    /// An operator types a command on one director.
    func order(
        _ index: Int,
        _ action: OperatorOrder.Action,
        _ realServer: String = "web1",
        service: String? = nil,
        for length: Interval? = nil,
    ) {
        var order = OperatorOrder(
            realServer: realServer,
            service: service,
            action: action,
            by: "ops",
            since: now,
            expires: length.map { now + $0 },
        )
        order.stamp.time = clock(index)
        think(index, .operatorCommand(.order(order)))
    }

    func withdraw(_ index: Int, _ realServer: String = "web1", service: String? = nil, isWeight: Bool = false) {
        let command = OperatorCommand.withdraw(
            realServer: realServer,
            service: service,
            isWeight: isWeight,
            clock: clock(index),
        )
        think(index, .operatorCommand(command))
    }

    /// Lets the time pass for the cluster cores too.
    func runOrders(_ interval: Interval) {
        let end = now + interval
        while now < end {
            run(min(.milliseconds(100), end - now))
            for index in 0...1 where sides[index].isUp {
                if let deadline = sides[index].cluster.deadline, deadline <= now { think(index, .deadlineReached) }
            }
        }
    }

    /// The orders about a real server, as the status of a director shows them.
    func shown(_ index: Int, _ realServer: String = "web1") -> [OrderStatus] {
        let status = sides[index].cluster.status(at: now)
        return status.strayOrders.filter { $0.realServer == realServer }.map(\.order)
            + (status.realServers.first { $0.name == realServer }?.orders ?? [])
    }

    /// The orders that stand on a director, in words.
    func orders(_ index: Int) -> [String] {
        sides[index].kept.orders.map { order in
            "\(order.realServer)\(order.service.map { "/" + $0 } ?? ""): \(order.action) \(order.evidence)"
        }
    }
}
