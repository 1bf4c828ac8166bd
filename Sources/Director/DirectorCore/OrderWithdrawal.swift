package import PeerProtocol

/// That an order ended: kept so that a director which was away learns of it rather than ordering anew.
package struct OrderWithdrawal: Hashable, Sendable {
    /// What the order was about.
    package var subject: OrderSubject
    /// When it was withdrawn and where; of an order whose time was over, the order's own stamp.
    package var stamp: OrderStamp

    /// Makes a withdrawal.
    package init(_ subject: OrderSubject, stamp: OrderStamp) {
        self.subject = subject
        self.stamp = stamp
    }
}
