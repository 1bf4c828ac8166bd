internal import AgentProtocol

/// An operator's order as the directors tell each other, or that it was withdrawn.
///
/// Either director may say any of them at any time, and any number of times: what counts is the latest stamp for each
/// subject, and one about all services outranks the earlier ones about a single one.
package struct PeerOrder: Hashable, Sendable {
    /// What was ordered.
    package enum Action: Hashable, Sendable {
        /// The order ended: an operator withdrew it, or its time was over.
        case withdrawn
        case drain
        case maintenance
        case weight(UInt32)
    }

    /// What tells the versions of an order apart.
    package struct Version: Hashable, Sendable {
        package let subject: OrderSubject
        package let stamp: OrderStamp
        package let isWithdrawn: Bool
    }

    /// What it is about.
    package let subject: OrderSubject
    /// When it was given and where.
    package let stamp: OrderStamp
    /// What was ordered.
    package let action: Action
    /// Who ordered it.
    package let by: String
    /// Why.
    package let reason: String
    /// When it ends by itself, in milliseconds since 1970.
    package let expires: UInt64?
    /// When connections that are left are cut off, in milliseconds since 1970.
    package let deadline: UInt64?

    /// Makes an order; texts are shortened to what may travel.
    package init(
        _ subject: OrderSubject,
        _ action: Action,
        stamp: OrderStamp,
        by: String = "",
        reason: String = "",
        expires: UInt64? = nil,
        deadline: UInt64? = nil,
    ) {
        self.subject = subject
        self.stamp = stamp
        self.action = action
        self.by = Limits.printable(by, bytes: PeerLimits.evidence)
        self.reason = Limits.printable(reason, bytes: PeerLimits.evidence)
        self.expires = expires.map { min($0, OrderStamp.latest) }
        self.deadline = deadline.map { min($0, OrderStamp.latest) }
    }

    /// What tells it from an earlier or later one about the same subject.
    package var version: Version { Version(subject: subject, stamp: stamp, isWithdrawn: action == .withdrawn) }
}
