internal import AgentProtocol

/// What an order is about; for each subject one order counts.
package struct OrderSubject: Hashable, Sendable, Comparable {
    /// The real server's name.
    package let realServer: String
    /// The service's name; nothing for all.
    package let service: String?
    /// Whether it is about the weight, which stands beside a drain or maintenance.
    package let isWeight: Bool

    /// Makes a subject; names are shortened to what may travel.
    package init(realServer: String, service: String? = nil, isWeight: Bool = false) {
        self.realServer = Limits.printable(realServer, bytes: PeerLimits.name)
        self.service = service.flatMap { $0.isEmpty ? nil : Limits.printable($0, bytes: PeerLimits.name) }
        self.isWeight = isWeight
    }

    package static func < (left: OrderSubject, right: OrderSubject) -> Bool {
        (left.realServer, left.service ?? "", left.isWeight ? 1 : 0)
            < (right.realServer, right.service ?? "", right.isWeight ? 1 : 0)
    }
}
