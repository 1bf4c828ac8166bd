internal import AgentProtocol

/// Orders in a frame: each a field of fields.
extension PeerFrameCodec {
    private static var orderTag: UInt16 { 1 }

    private enum Part {
        static let action: UInt16 = 1, realServer: UInt16 = 2, service: UInt16 = 3, time: UInt16 = 4
        static let director: UInt16 = 5, weight: UInt16 = 6, by: UInt16 = 7, reason: UInt16 = 8
        static let expires: UInt16 = 9, deadline: UInt16 = 10
    }

    private enum Code {
        static let drain: UInt8 = 1, maintenance: UInt8 = 2, weight: UInt8 = 3, noDrain: UInt8 = 4, noWeight: UInt8 = 5
    }

    static func write(_ orders: [PeerOrder], _ writer: inout FieldWriter) {
        for order in orders {
            var fields = FieldWriter()
            fields.write(Part.action, code(of: order))
            fields.write(Part.realServer, order.subject.realServer)
            if let service = order.subject.service { fields.write(Part.service, service) }
            fields.write(Part.time, order.stamp.time)
            fields.write(Part.director, order.stamp.director)
            if case .weight(let weight) = order.action { fields.write(Part.weight, weight) }
            if !order.by.isEmpty { fields.write(Part.by, order.by) }
            if !order.reason.isEmpty { fields.write(Part.reason, order.reason) }
            if let expires = order.expires { fields.write(Part.expires, expires) }
            if let deadline = order.deadline { fields.write(Part.deadline, deadline) }
            writer.write(orderTag, bytes: fields.bytes)
        }
    }

    private static func code(of order: PeerOrder) -> UInt8 {
        switch order.action {
        case .withdrawn: order.subject.isWeight ? Code.noWeight : Code.noDrain
        case .drain: Code.drain
        case .maintenance: Code.maintenance
        case .weight: Code.weight
        }
    }

    static func orders(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> [PeerOrder] {
        var orders: [PeerOrder] = []
        for field in try fields.several(orderTag, limit: PeerLimits.ordersInFrame) {
            if let order = try order(Field.all(in: field.value)) { orders.append(order) }
        }
        return orders
    }

    /// One order, or nothing if only a newer version knows what is ordered.
    private static func order(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> PeerOrder? {
        let code: UInt8 = try fields.one(Part.action).integer()
        let action: PeerOrder.Action
        switch code {
        case Code.drain: action = .drain
        case Code.maintenance: action = .maintenance
        case Code.weight:
            let weight: UInt32 = try fields.one(Part.weight).integer()
            guard weight <= PeerLimits.weight else { throw .invalid(tag: Part.weight) }
            action = .weight(weight)
        case Code.noDrain, Code.noWeight: action = .withdrawn
        default: return nil
        }
        let realServer = try fields.one(Part.realServer).text(limit: PeerLimits.name)
        let service = try fields.optional(Part.service)?.text(limit: PeerLimits.name)
        let director = try fields.one(Part.director).text(limit: PeerLimits.name)
        guard !realServer.isEmpty else { throw .invalid(tag: Part.realServer) }
        guard service != "" else { throw .invalid(tag: Part.service) }
        guard !director.isEmpty else { throw .invalid(tag: Part.director) }
        return PeerOrder(
            OrderSubject(
                realServer: realServer,
                service: service,
                isWeight: code == Code.weight || code == Code.noWeight,
            ),
            action,
            stamp: OrderStamp(time: try time(fields.one(Part.time)), director: director),
            by: try fields.optional(Part.by)?.text(limit: PeerLimits.evidence) ?? "",
            reason: try fields.optional(Part.reason)?.text(limit: PeerLimits.evidence) ?? "",
            expires: try fields.optional(Part.expires).map(time),
            deadline: try fields.optional(Part.deadline).map(time),
        )
    }

    private static func time(_ field: Field) throws(ProtocolViolation.Malformation) -> UInt64 {
        let time: UInt64 = try field.integer()
        guard time <= OrderStamp.latest else { throw .invalid(tag: field.tag) }
        return time
    }
}
