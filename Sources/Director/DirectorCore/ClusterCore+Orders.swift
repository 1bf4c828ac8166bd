import Balancing
import Health
import Primitives

/// What operators order.
extension ClusterCore {
    mutating func take(_ command: OperatorCommand, at now: MonotonicInstant) {
        switch command {
        case .setOverride(let realServer, .none):
            orders.withdraw(realServer: realServer, service: nil, isWeight: false)
        case .setOverride(let realServer, .drain):
            orders.add(OperatorOrder(realServer: realServer, action: .drain, since: now))
        case .setOverride(let realServer, .maintenance):
            orders.add(OperatorOrder(realServer: realServer, action: .maintenance, since: now))
        case .order(let order):
            orders.add(order)
        case .withdraw(let realServer, let service, let isWeight):
            orders.withdraw(realServer: realServer, service: service, isWeight: isWeight)
        }
        keepOrders(at: now)
    }

    /// Takes over the orders that stood when the director ended.
    mutating func restore(_ saved: [OperatorOrder], at now: MonotonicInstant) {
        for order in saved { orders.add(order) }
        keepOrders(at: now)
    }

    /// Drops the orders that are over or about nothing that is configured.
    mutating func keepOrders(at now: MonotonicInstant) {
        guard let settings else { return }
        orders.expire(at: now)
        orders.keep { realServer, service in
            settings.services.contains { candidate in
                (service ?? candidate.name) == candidate.name
                    && candidate.members.contains { $0.realServer == realServer }
            } || service == nil && settings.realServers.contains { $0.name == realServer }
        }
        isUndecided = true
    }

    /// Ends the orders whose time has come.
    mutating func followOrders(at now: MonotonicInstant) {
        guard let due = orderDeadline, due <= now else { return }
        keepOrders(at: now)
    }

    /// Has the orders remembered if they changed, and finds out when the next one ends.
    mutating func rememberOrders(at now: MonotonicInstant, into effects: inout [ClusterEffect]) {
        orderDeadline = orders.deadline(after: now)
        guard orders != rememberedOrders else { return }
        rememberedOrders = orders
        effects.append(.remember(orders.all))
    }

    /// The members that an operator's deadline has cut off.
    func cutOff(
        _ members: [(member: ServiceSettings.Member, server: RealServerSettings)],
        of service: ServiceSettings,
        at now: MonotonicInstant,
    ) -> [Endpoint] {
        members.filter { orders.isCutOff($0.server.name, in: service.name, at: now) }
            .map { Self.endpoint(of: $0.server, in: service) }
    }

    /// What a draining real server is called once nobody uses it: the kernel sends it nothing new, and no connection is
    /// established.
    ///
    /// What has ended stays in the kernel's table for a while and does not count; of UDP nothing is known to have ended.
    static func drained(
        _ state: DestinationState,
        _ observed: ObservedDestination?,
        isUDP: Bool,
        isLookedAt: Bool,
    ) -> DestinationState {
        guard state == .draining, isLookedAt else { return state }
        guard let observed else { return .drained }
        let left = observed.activeConnections + (isUDP ? observed.inactiveConnections : 0)
        return observed.weight == 0 && left == 0 ? .drained : state
    }
}
