package import PeerProtocol
package import Primitives

/// What an operator ordered about a real server, in one service or in all of them.
package struct OperatorOrder: Hashable, Sendable {
    /// What shall be done.
    package enum Action: Hashable, Sendable {
        /// No new connections, the present ones may end.
        case drain
        /// Out of service, whatever the health.
        case maintenance
        /// Another weight than the configuration's while it serves.
        case weight(UInt32)

        /// Whether it is about the weight alone, and so stands beside a drain or maintenance.
        package var isWeight: Bool { if case .weight = self { true } else { false } }
    }

    /// The real server's name.
    package var realServer: String
    /// The service's name; nothing for all.
    package var service: String?
    /// What shall be done.
    package var action: Action
    /// Who ordered it.
    package var by: String
    /// Why, in the operator's words.
    package var reason: String
    /// When and on which director it was ordered, as both directors know it.
    package var stamp = OrderStamp()
    /// When it was ordered.
    package var since: MonotonicInstant
    /// When it ends by itself.
    package var expires: MonotonicInstant?
    /// When connections that are left are cut off.
    package var deadline: MonotonicInstant?

    /// Texts are cut to so many characters.
    package static let textLimit = 200

    /// Makes an order without an end.
    package init(
        realServer: String,
        service: String? = nil,
        action: Action,
        by: String = "",
        reason: String = "",
        since: MonotonicInstant,
        expires: MonotonicInstant? = nil,
        deadline: MonotonicInstant? = nil,
    ) {
        self.realServer = realServer
        self.service = service
        self.action = action
        self.by = Self.printable(by)
        self.reason = Self.printable(reason)
        self.since = since
        self.expires = expires
        self.deadline = deadline
    }

    /// A text without anything that could move a terminal's cursor.
    private static func printable(_ text: String) -> String {
        let scalars = text.unicodeScalars.prefix(textLimit).map { scalar -> Unicode.Scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: "?"
            default: scalar
            }
        }
        return String(String.UnicodeScalarView(scalars))
    }
}

extension OperatorOrder.Action: CustomStringConvertible {
    package var description: String {
        switch self {
        case .drain: "drain"
        case .maintenance: "maintenance"
        case .weight(let weight): "weight \(weight)"
        }
    }
}
