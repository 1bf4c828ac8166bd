import PeerProtocol
import Primitives

/// An operator's order, as the status shows it.
package struct OrderStatus: Hashable, Sendable, Codable {
    /// `drain`, `maintenance` or `weight 3`.
    package var action: String
    /// The service; nothing for all.
    package var service: String?
    /// Who ordered it.
    package var by: String
    /// On which director, where there are two.
    package var director: String?
    /// Why.
    package var reason: String
    /// How long ago.
    package var age: Int64
    /// In how many milliseconds it ends by itself.
    package var expiresIn: Int64?
    /// In how many milliseconds connections that are left are cut off; 0 if they were.
    package var cutOffIn: Int64?
}

extension OrderStatus {
    /// The order as of now.
    init(_ order: OperatorOrder, at now: MonotonicInstant) {
        self.init(
            action: "\(order.action)",
            service: order.service,
            by: order.by,
            director: order.stamp.director.isEmpty ? nil : order.stamp.director,
            reason: order.reason,
            age: max(0, (now - order.since).milliseconds),
            expiresIn: order.expires.map { max(0, ($0 - now).milliseconds) },
            cutOffIn: order.deadline.map { max(0, ($0 - now).milliseconds) },
        )
    }
}
