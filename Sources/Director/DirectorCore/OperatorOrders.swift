package import Health
package import Primitives

/// The orders of operators that stand.
package struct OperatorOrders: Hashable, Sendable {
    /// The orders, by real server and service.
    package private(set) var all: [OperatorOrder] = []

    /// More orders than this are refused.
    package static let limit = 4_096

    /// Makes a book without orders.
    package init() {}

    /// Adds an order, which replaces the one of its kind for the same real server and service; false if the book is full.
    ///
    /// An order for all services replaces those of its kind for single ones.
    @discardableResult
    package mutating func add(_ order: OperatorOrder) -> Bool {
        var kept = all.filter { other in
            other.realServer != order.realServer || other.action.isWeight != order.action.isWeight
                || order.service != nil && other.service != order.service
        }
        guard kept.count < Self.limit else { return false }
        kept.append(order)
        all = kept.sorted { left, right in
            (left.realServer, left.service ?? "", left.action.isWeight ? 1 : 0)
                < (right.realServer, right.service ?? "", right.action.isWeight ? 1 : 0)
        }
        return true
    }

    /// Withdraws the orders of a kind for a real server, in one service or everywhere; says how many those were.
    @discardableResult
    package mutating func withdraw(realServer: String, service: String?, isWeight: Bool) -> Int {
        let before = all.count
        all.removeAll {
            $0.realServer == realServer && $0.action.isWeight == isWeight && (service == nil || $0.service == service)
        }
        return before - all.count
    }

    /// Drops what has expired, and what is about a real server or service that there is not.
    package mutating func expire(at now: MonotonicInstant) {
        all.removeAll { $0.expires.map { $0 <= now } ?? false }
    }

    /// Keeps what is about something that exists.
    package mutating func keep(_ exists: (_ realServer: String, _ service: String?) -> Bool) {
        all.removeAll { !exists($0.realServer, $0.service) }
    }

    /// The next moment at which an order ends or cuts off what is left.
    package func deadline(after now: MonotonicInstant) -> MonotonicInstant? {
        all.flatMap { [$0.expires, $0.deadline] }.compactMap(\.self).filter { $0 > now }.min()
    }

    /// The order that keeps a real server from new connections in a service, if there is one.
    package func standing(_ realServer: String, in service: String) -> OperatorOrder? {
        let found = all.filter { order in
            order.realServer == realServer && !order.action.isWeight && (order.service ?? service) == service
        }
        return found.first { $0.action == .maintenance } ?? found.first
    }

    /// What the operator decided about a real server in a service.
    package func override(_ realServer: String, in service: String) -> OperatorOverride {
        Self.override(standing(realServer, in: service))
    }

    /// What the operator decided about a real server in all services.
    package func override(_ realServer: String) -> OperatorOverride {
        Self.override(all.first { $0.realServer == realServer && $0.service == nil && !$0.action.isWeight })
    }

    /// The weight that the operator wants of a real server in a service, if another than the configuration's.
    package func weight(_ realServer: String, in service: String) -> UInt32? {
        let found = all.filter { $0.realServer == realServer && ($0.service ?? service) == service }
        for order in found.sorted(by: { $0.service != nil && $1.service == nil }) {
            if case .weight(let weight) = order.action { return weight }
        }
        return nil
    }

    /// Whether connections that are left are cut off by now.
    package func isCutOff(_ realServer: String, in service: String, at now: MonotonicInstant) -> Bool {
        standing(realServer, in: service)?.deadline.map { $0 <= now } ?? false
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
        [by.isEmpty ? "" : "by \(by)", reason].filter { !$0.isEmpty }.joined(separator: ": ")
    }
}
