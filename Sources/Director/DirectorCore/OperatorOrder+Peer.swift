package import PeerProtocol
package import Primitives

/// Orders as they travel: by the wall clock, for the directors' other clocks have nothing in common.
extension PeerOrder {
    /// An order that stands; the clock is in milliseconds since 1970.
    package init(_ order: OperatorOrder, at now: MonotonicInstant, clock: UInt64) {
        func time(_ instant: MonotonicInstant) -> UInt64 {
            UInt64(clamping: Int64(clamping: clock) + (instant - now).milliseconds)
        }
        let action: Action =
            switch order.action {
            case .drain: .drain
            case .maintenance: .maintenance
            case .weight(let weight): .weight(weight)
            }
        self.init(
            order.subject,
            action,
            stamp: order.stamp,
            by: order.by,
            reason: order.reason,
            expires: order.expires.map(time),
            deadline: order.deadline.map(time),
        )
    }

    /// An order that ended.
    package init(_ withdrawal: OrderWithdrawal) {
        self.init(withdrawal.subject, .withdrawn, stamp: withdrawal.stamp)
    }
}

extension OperatorOrder {
    /// What it is about.
    package var subject: OrderSubject {
        OrderSubject(realServer: realServer, service: service, isWeight: action.isWeight)
    }

    /// What the other director told of, unless it is that an order ended; the clock is in milliseconds since 1970.
    package init?(_ shared: PeerOrder, at now: MonotonicInstant, clock: UInt64) {
        // Both within `OrderStamp.latest`, so no difference is longer than an instant can be.
        func instant(_ time: UInt64) -> MonotonicInstant {
            now + .milliseconds(Int64(time) - Int64(min(clock, OrderStamp.latest)))
        }
        let action: Action
        switch shared.action {
        case .withdrawn: return nil
        case .drain: action = .drain
        case .maintenance: action = .maintenance
        case .weight(let weight): action = .weight(weight)
        }
        self.init(
            realServer: shared.subject.realServer,
            service: shared.subject.service,
            action: action,
            by: shared.by,
            reason: shared.reason,
            since: instant(shared.stamp.time),
            expires: shared.expires.map(instant),
            deadline: shared.deadline.map(instant),
        )
        stamp = shared.stamp
    }
}
