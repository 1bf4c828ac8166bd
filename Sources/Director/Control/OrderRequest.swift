package import DirectorCore
package import Primitives

/// An operator's order on the control socket.
package struct OrderRequest: Hashable, Sendable, Codable {
    /// What shall be done.
    package enum Action: String, Hashable, Sendable, CaseIterable, Codable {
        case drain
        case maintenance
        case weight
    }

    /// The real server's name.
    package var realServer: String
    /// The service's name; nothing for all.
    package var service: String?
    /// What shall be done.
    package var action: Action
    /// The weight, if it is about that.
    package var weight: Int?
    /// After how many milliseconds connections that are left are cut off.
    package var deadline: Int64?
    /// After how many milliseconds the order ends by itself.
    package var duration: Int64?
    /// Who orders it.
    package var by: String?
    /// Why.
    package var reason: String?

    private enum CodingKeys: String, CodingKey {
        case realServer = "real_server"
        case service
        case action
        case weight
        case deadline
        case duration = "for"
        case by
        case reason
    }

    /// Makes a request.
    package init(realServer: String, service: String? = nil, action: Action) {
        self.realServer = realServer
        self.service = service
        self.action = action
    }

    /// A year, beyond which no order is meant.
    private static let longest: Int64 = 366 * 86_400_000

    /// The order, given at a moment; nothing if its numbers make no sense.
    package func order(at now: MonotonicInstant) -> OperatorOrder? {
        for length in [deadline, duration].compactMap(\.self) where !(0...Self.longest).contains(length) { return nil }
        let ordered: OperatorOrder.Action
        switch (action, weight) {
        case (.drain, nil): ordered = .drain
        case (.maintenance, nil): ordered = .maintenance
        case (.weight, let weight?):
            guard (0...65_535).contains(weight), deadline == nil else { return nil }
            ordered = .weight(UInt32(weight))
        case (.drain, _?), (.maintenance, _?), (.weight, nil): return nil
        }
        return OperatorOrder(
            realServer: realServer,
            service: service,
            action: ordered,
            by: by ?? "",
            reason: reason ?? "",
            since: now,
            expires: duration.map { now + .milliseconds($0) },
            deadline: deadline.map { now + .milliseconds($0) },
        )
    }
}
