internal import AgentProtocol
internal import Primitives

extension PeerFrameCodec {
    /// The message of a type, or nothing if it says something that only a newer version knows.
    static func message(
        of kind: PeerMessage.Kind,
        _ fields: [Field],
    ) throws(ProtocolViolation.Malformation) -> PeerMessage? {
        switch kind {
        case .hello:
            return .hello(
                PeerHello(
                    bootIdentifier: try fields.one(Tag.Hello.boot).bootIdentifier(),
                    name: try fields.one(Tag.Hello.name).text(limit: PeerLimits.name),
                    programVersion: try fields.one(Tag.Hello.version).text(limit: PeerLimits.name),
                )
            )
        case .state: return .state(try state(fields))
        case .health: return .health(try health(fields))
        case .heartbeat:
            return .heartbeat(
                PeerHeartbeat(
                    sequence: try fields.one(Tag.Heartbeat.sequence).integer(),
                    clock: try fields.one(Tag.Heartbeat.clock).integer(),
                )
            )
        case .handover: return try handover(fields).map { .handover($0) }
        case .goodbye:
            return .goodbye(
                PeerGoodbye(reason: .init(rawValue: try fields.one(Tag.Goodbye.reason).integer()) ?? .other)
            )
        case .orders: return .orders(try orders(fields))
        case .addressFindings: return .addressFindings(try addressFindings(fields))
        }
    }

    private static func state(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> PeerState {
        var sections: [ConfigurationSummary.Section] = []
        for field in try fields.several(Tag.State.section, limit: PeerLimits.sections) {
            let parts = try Field.all(in: field.value)
            sections.append(
                ConfigurationSummary.Section(
                    name: try parts.one(Tag.Section.name).text(limit: PeerLimits.name),
                    digest: try parts.one(Tag.Section.digest).integer(),
                )
            )
        }
        var routers: [PeerRouter] = []
        var names: Set<String> = []
        for field in try fields.several(Tag.State.router, limit: PeerLimits.routers) {
            let router = try router(Field.all(in: field.value))
            guard names.insert(router.name).inserted else { throw .repeated(tag: Tag.State.router) }
            routers.append(router)
        }
        var reasons: [String] = []
        for field in try fields.several(Tag.State.reason, limit: PeerLimits.reasons) {
            reasons.append(try field.text(limit: PeerLimits.evidence))
        }
        let flags: UInt8 = try fields.one(Tag.State.readiness).integer()
        let stopping: UInt8 = try fields.one(Tag.State.stopping).integer()
        return PeerState(
            configuration: ConfigurationSummary(
                generation: try fields.one(Tag.State.generation).integer(),
                changedAt: try fields.one(Tag.State.changedAt).integer(),
                digest: try fields.one(Tag.State.digest).integer(),
                sections: sections,
            ),
            routers: routers,
            readiness: PeerReadiness(
                isHealthKnown: flags & 1 != 0,
                isKernelConverged: flags & 2 != 0,
                isSyncCaughtUp: flags & 4 != 0,
                reasons: reasons,
            ),
            connectionSync: PeerState.ConnectionSync(rawValue: try fields.one(Tag.State.sync).integer()) ?? .off,
            isStopping: stopping != 0,
        )
    }

    private static func router(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> PeerRouter {
        var addresses: [IPAddress] = []
        for field in try fields.several(Tag.Router.address, limit: PeerLimits.addresses) {
            addresses.append(try field.address())
        }
        let flags: UInt8 = try fields.one(Tag.Router.flags).integer()
        return PeerRouter(
            name: try fields.one(Tag.Router.name).text(limit: PeerLimits.name),
            // A state that only a newer version knows is none in which it serves.
            state: PeerRouter.State(rawValue: try fields.one(Tag.Router.state).integer()) ?? .initialize,
            priority: try fields.one(Tag.Router.priority).integer(),
            age: try fields.one(Tag.Router.age).integer(),
            isAnnounced: flags & 1 != 0,
            isUsable: flags & 2 != 0,
            isChosen: flags & 4 != 0,
            addresses: addresses,
        )
    }

    private static func health(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> PeerHealth {
        var opinions: [PeerOpinion] = []
        for field in try fields.several(Tag.Health.opinion, limit: PeerLimits.opinionsInFrame) {
            let parts = try Field.all(in: field.value)
            opinions.append(
                PeerOpinion(
                    service: try parts.one(Tag.Opinion.service).text(limit: PeerLimits.name),
                    realServer: try parts.one(Tag.Opinion.realServer).text(limit: PeerLimits.name),
                    state: PeerOpinion.State(rawValue: try parts.one(Tag.Opinion.state).integer()) ?? .unknown,
                    reason: try parts.one(Tag.Opinion.reason).text(limit: PeerLimits.name),
                )
            )
        }
        let flags: UInt8 = try fields.one(Tag.Health.flags).integer()
        return PeerHealth(isFirst: flags & 1 != 0, isLast: flags & 2 != 0, opinions: opinions)
    }

    private static func handover(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> HandoverMessage? {
        guard let step = HandoverMessage.Step(rawValue: try fields.one(Tag.Handover.step).integer()) else {
            return nil
        }
        var routers: [String] = []
        for field in try fields.several(Tag.Handover.router, limit: PeerLimits.routers) {
            routers.append(try field.text(limit: PeerLimits.name))
        }
        var refusals: [HandoverRefusal] = []
        for field in try fields.several(Tag.Handover.refusal, limit: PeerLimits.reasons) {
            refusals.append(HandoverRefusal(rawValue: try field.integer()) ?? .other)
        }
        let forced: UInt8 = try fields.optional(Tag.Handover.forced)?.integer() ?? 0
        return HandoverMessage(
            step,
            try fields.one(Tag.Handover.identifier).integer(),
            cause: HandoverMessage.Cause(rawValue: try fields.one(Tag.Handover.cause).integer()) ?? .other,
            routers: routers,
            isForced: forced != 0,
            patience: try fields.one(Tag.Handover.patience).milliseconds(),
            refusals: refusals,
        )
    }
}
