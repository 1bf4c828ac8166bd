/// An order that is about nothing in this director's configuration: it is kept and shown, and has no effect.
package struct StrayOrder: Hashable, Sendable, Codable {
    /// The real server that the order names.
    package var realServer: String
    /// What was ordered.
    package var order: OrderStatus
}
