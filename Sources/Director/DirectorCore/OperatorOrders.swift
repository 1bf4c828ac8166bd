package import Health
package import PeerProtocol
package import Primitives

/// The orders of operators that stand, and which ended.
///
/// Where two directors share them the book is a map in which the last writer wins: whatever comes in whatever order, and
/// how often, both end with the same one. `OperatorOrders+Sharing.swift` has the rules.
package struct OperatorOrders: Hashable, Sendable {
    /// What is known about a subject.
    enum Entry: Hashable, Sendable {
        case order(OperatorOrder)
        case withdrawn(OrderStamp)

        var stamp: OrderStamp {
            switch self {
            case .order(let order): order.stamp
            case .withdrawn(let stamp): stamp
            }
        }
    }

    /// Everything about a real server's weight, or about its service.
    struct Shelf: Hashable, Sendable {
        var realServer: String
        var isWeight: Bool
    }

    /// The entries of each shelf, by service; what is about all of them is under "".
    var book: [Shelf: [String: Entry]] = [:]
    /// The orders, by real server and service.
    package internal(set) var all: [OperatorOrder] = []
    /// How many entries are withdrawals.
    var withdrawalCount = 0

    /// More orders than this are refused.
    package static let limit = 4_096

    /// Makes a book without orders.
    package init() {}

    /// Whether an order would find room.
    package func hasRoom(for order: OperatorOrder) -> Bool {
        all.count - replaced(by: order.subject).count < Self.limit
    }

    /// Adds an order, which replaces the one of its kind for the same real server and service; false if the book is full.
    ///
    /// An order for all services replaces those of its kind for single ones.
    @discardableResult
    package mutating func add(_ order: OperatorOrder) -> Bool {
        guard hasRoom(for: order) else { return false }
        for subject in replaced(by: order.subject) { remove(subject) }
        forgetWithdrawals(about: order.subject)
        insert(order)
        return true
    }

    /// Withdraws the orders of a kind for a real server, in one service or everywhere; says how many those were.
    ///
    /// With a stamp it is remembered that they were withdrawn.
    @discardableResult
    package mutating func withdraw(
        realServer: String,
        service: String?,
        isWeight: Bool,
        stamp: OrderStamp? = nil,
    ) -> Int {
        let subject = OrderSubject(realServer: realServer, service: service, isWeight: isWeight)
        let concerned = replaced(by: subject)
        for subject in concerned { remove(subject) }
        if let stamp {
            forgetWithdrawals(about: subject)
            insert(OrderWithdrawal(subject, stamp: stamp))
        }
        return concerned.count
    }

    /// Drops what has expired; if the orders are shared it is remembered that they ended.
    package mutating func expire(at now: MonotonicInstant, isShared: Bool = false) {
        for order in all where order.expires.map({ $0 <= now }) ?? false {
            remove(order.subject)
            if isShared { insert(OrderWithdrawal(order.subject, stamp: order.stamp)) }
        }
    }

    /// Keeps what is about something that exists.
    package mutating func keep(_ exists: (_ realServer: String, _ service: String?) -> Bool) {
        for order in all where !exists(order.realServer, order.service) { remove(order.subject) }
    }

    /// The next moment at which an order ends or cuts off what is left.
    package func deadline(after now: MonotonicInstant) -> MonotonicInstant? {
        all.flatMap { [$0.expires, $0.deadline] }.compactMap(\.self).filter { $0 > now }.min()
    }

    /// The order that keeps a real server from new connections in a service, if there is one.
    package func standing(_ realServer: String, in service: String) -> OperatorOrder? {
        let general = order(realServer, nil, isWeight: false)
        guard general?.action != .maintenance, let own = order(realServer, service, isWeight: false) else {
            return general
        }
        return general == nil || own.action == .maintenance ? own : general
    }

    /// What the operator decided about a real server in a service.
    package func override(_ realServer: String, in service: String) -> OperatorOverride {
        Self.override(standing(realServer, in: service))
    }

    /// What the operator decided about a real server in all services.
    package func override(_ realServer: String) -> OperatorOverride {
        Self.override(order(realServer, nil, isWeight: false))
    }

    /// The weight that the operator wants of a real server in a service, if another than the configuration's.
    package func weight(_ realServer: String, in service: String) -> UInt32? {
        let order = order(realServer, service, isWeight: true) ?? order(realServer, nil, isWeight: true)
        guard case .weight(let weight)? = order?.action else { return nil }
        return weight
    }

    /// Whether connections that are left are cut off by now: by the order for the service, or by that for all of them.
    package func isCutOff(_ realServer: String, in service: String, at now: MonotonicInstant) -> Bool {
        [order(realServer, service, isWeight: false), order(realServer, nil, isWeight: false)]
            .contains { $0?.deadline.map { $0 <= now } ?? false }
    }

    private func order(_ realServer: String, _ service: String?, isWeight: Bool) -> OperatorOrder? {
        guard case .order(let order)? = book[Shelf(realServer: realServer, isWeight: isWeight)]?[service ?? ""] else {
            return nil
        }
        return order
    }

    private static func override(_ order: OperatorOrder?) -> OperatorOverride {
        switch order?.action {
        case .drain: .drain
        case .maintenance: .maintenance
        case .weight, nil: .none
        }
    }
}

extension OperatorOrder {
    /// Who ordered it and why, for a status.
    package var evidence: String {
        var origin = by.isEmpty ? "" : "by \(by)"
        if !stamp.director.isEmpty { origin += (origin.isEmpty ? "on " : " on ") + stamp.director }
        return [origin, reason].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
