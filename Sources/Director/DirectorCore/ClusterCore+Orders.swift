import Balancing
import Health
package import PeerProtocol
package import Primitives

/// What operators order.
extension ClusterCore {
    mutating func take(_ command: OperatorCommand, at now: MonotonicInstant) {
        switch command {
        case .setOverride(let realServer, .none):
            take(.withdraw(realServer: realServer, service: nil, isWeight: false), at: now)
        case .setOverride(let realServer, .drain):
            give(OperatorOrder(realServer: realServer, action: .drain, since: now))
        case .setOverride(let realServer, .maintenance):
            give(OperatorOrder(realServer: realServer, action: .maintenance, since: now))
        case .order(let order):
            give(order)
        case .withdraw(let realServer, let service, let isWeight, let clock):
            let subject = OrderSubject(realServer: realServer, service: service, isWeight: isWeight)
            let stamp = sharesOrders ? orders.stamp(for: subject, clock: clock, on: directorName) : nil
            orders.withdraw(realServer: realServer, service: service, isWeight: isWeight, stamp: stamp)
        }
        keepOrders(at: now)
    }

    /// Takes over the orders that stood when the director ended.
    mutating func restore(_ saved: [OperatorOrder], _ withdrawn: [OrderWithdrawal], at now: MonotonicInstant) {
        for order in saved { orders.add(order) }
        for withdrawal in withdrawn where sharesOrders { _ = orders.merge(withdrawal) }
        keepOrders(at: now)
    }

    /// Takes over what is later than what is known here.
    mutating func take(_ shared: [PeerOrder], clock: UInt64, at now: MonotonicInstant) {
        guard sharesOrders else { return }
        var isNews = false
        for order in shared {
            if let order = OperatorOrder(order, at: now, clock: clock) {
                isNews = orders.merge(order) || isNews
            } else {
                isNews = orders.merge(OrderWithdrawal(order.subject, stamp: order.stamp)) || isNews
            }
        }
        if isNews { keepOrders(at: now) }
    }

    /// Drops the orders that are over, and without another director those about nothing that is configured.
    ///
    /// The other director's configuration may know more, and where a real server is being taken out of both files, the
    /// first reload must not end its drain on the director that still has it.
    mutating func keepOrders(at now: MonotonicInstant) {
        guard let settings else { return }
        isUndecided = true
        // Before any of them can become a withdrawal: what has no name is refused by the other director.
        if sharesOrders { orders.name(directorName) }
        orders.expire(at: now, isShared: sharesOrders)
        guard sharesOrders else {
            orders.forgetWithdrawals()
            orders.keep { Self.isConfigured($0, $1, in: settings) }
            return
        }
    }

    /// Whether there is anything that an order about these could be about.
    private static func isConfigured(_ realServer: String, _ service: String?, in settings: ClusterSettings) -> Bool {
        settings.services.contains { candidate in
            (service ?? candidate.name) == candidate.name && candidate.members.contains { $0.realServer == realServer }
        } || service == nil && settings.realServers.contains { $0.name == realServer }
    }

    /// The orders that have no effect here.
    func strayOrders(at now: MonotonicInstant) -> [StrayOrder] {
        guard let settings else { return [] }
        return orders.all.filter { !Self.isConfigured($0.realServer, $0.service, in: settings) }
            .map { StrayOrder(realServer: $0.realServer, order: OrderStatus($0, at: now)) }
    }

    /// Whether an order would find room.
    package func hasRoom(for order: OperatorOrder) -> Bool { orders.hasRoom(for: order) }

    /// Everything that the other director has to know of the orders; the clock is in milliseconds since 1970.
    package func sharedOrders(at now: MonotonicInstant, clock: UInt64) -> [PeerOrder] {
        guard sharesOrders else { return [] }
        var shared: [PeerOrder] = orders.all.map { PeerOrder($0, at: now, clock: clock) }
        for withdrawal in orders.withdrawals { shared.append(PeerOrder(withdrawal)) }
        return shared
    }

    /// What has to be on disk.
    package var keptOrders: (orders: [OperatorOrder], withdrawn: [OrderWithdrawal]) { (orders.all, orders.withdrawals) }

    private var sharesOrders: Bool { settings?.sharesOrders ?? false }

    private var directorName: String { settings?.directorName ?? "" }

    private mutating func give(_ order: OperatorOrder) {
        var order = order
        if sharesOrders {
            order.stamp = orders.stamp(for: order.subject, clock: order.stamp.time, on: directorName)
        }
        orders.add(order)
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
        effects.append(.remember(orders.all, withdrawn: orders.withdrawals))
    }

    /// The members whose connections are cut off: by an operator's deadline, or because nobody is there for them.
    func cutOff(
        _ members: [(member: ServiceSettings.Member, server: RealServerSettings)],
        of service: ServiceSettings,
        at now: MonotonicInstant,
    ) -> [Endpoint] {
        members.filter { orders.isCutOff($0.server.name, in: service.name, at: now) || isLost($0.member, in: service) }
            .map { Self.endpoint(of: $0.server, in: service) }
    }

    /// Whether a real server is down that clients of UDP would stay with though another one serves.
    ///
    /// A client that goes on sending from one port keeps its entry in the kernel's table for ever, whatever the weight;
    /// where the destination is gone, and expire_nodest_conn is 1, its next datagram goes to another one.
    private func isLost(_ member: ServiceSettings.Member, in service: ServiceSettings) -> Bool {
        guard service.service.identity.protocol == .udp else { return false }
        let known = destinations[DestinationKey(service: service.name, realServer: member.realServer)]
        guard let known, known.weight == .exactly(0) else { return false }
        // A drained one that is there still ends what it has begun; one that is gone cannot.
        guard known.standing.health == .down else { return false }
        // Whom nobody else would take may as well stay: it may be the check that fails.
        return service.members.contains { wantedWeight($0, in: service) ?? 0 > 0 }
    }

    /// What a draining real server is called once nobody uses it: the kernel sends it nothing new, and no connection is
    /// left, on the node itself, or in the kernel's table where the node does not say.
    ///
    /// What has ended stays in the kernel's table for a while and does not count; of UDP nothing is known to have ended.
    static func drained(
        _ state: DestinationState,
        _ observed: ObservedDestination?,
        isUDP: Bool,
        isLookedAt: Bool,
        isIdle: Bool?,
    ) -> DestinationState {
        guard state == .draining, isLookedAt else { return state }
        guard let observed else { return .drained }
        // What the node still counts and the kernel forgot long ago may be a client that lost its power.
        guard observed.weight == 0 else { return state }
        if observed.activeConnections + observed.inactiveConnections == 0 { return .drained }
        let left = observed.activeConnections + (isUDP ? observed.inactiveConnections : 0)
        return isIdle ?? (left == 0) ? .drained : state
    }
}
