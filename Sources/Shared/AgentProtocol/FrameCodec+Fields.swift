import Primitives

extension FrameCodec {
    /// Tags, each counted within its message type.
    private enum Tag {
        enum Hello { static let boot: UInt16 = 1, name: UInt16 = 2, version: UInt16 = 3, interval: UInt16 = 4 }
        enum Desired { static let generation: UInt16 = 1, address: UInt16 = 2, service: UInt16 = 3 }
        enum Report { static let sequence: UInt16 = 1, boot: UInt16 = 2, fact: UInt16 = 3, capacity: UInt16 = 4 }
        enum Fact {
            static let kind: UInt16 = 1, verdict: UInt16 = 2, address: UInt16 = 3, service: UInt16 = 4
            static let evidence: UInt16 = 5
        }
        enum Heartbeat { static let sequence: UInt16 = 1 }
        enum Drain { static let identifier: UInt16 = 1, deadline: UInt16 = 2 }
        enum View { static let entry: UInt16 = 1 }
        enum Entry { static let service: UInt16 = 1, weight: UInt16 = 2, reason: UInt16 = 3 }
        enum Goodbye { static let reason: UInt16 = 1 }
    }

    static func fields(of message: AgentMessage, evidence: Int) -> [UInt8] {
        var writer = FieldWriter()
        switch message {
        case .hello(let hello):
            writer.write(Tag.Hello.boot, bytes: hello.bootIdentifier.bytes)
            writer.write(Tag.Hello.name, hello.name)
            writer.write(Tag.Hello.version, hello.programVersion)
            writer.write(Tag.Hello.interval, milliseconds: hello.heartbeatInterval)
        case .desiredState(let state):
            writer.write(Tag.Desired.generation, state.generation)
            for address in state.addresses { writer.write(Tag.Desired.address, bytes: address.bytes) }
            for service in state.services { writer.write(Tag.Desired.service, service) }
        case .report(let report):
            writer.write(Tag.Report.sequence, report.sequence)
            writer.write(Tag.Report.boot, bytes: report.bootIdentifier.bytes)
            for fact in report.facts { writer.write(Tag.Report.fact, bytes: fields(of: fact, evidence: evidence)) }
            if let capacity = report.capacity { writer.write(Tag.Report.capacity, capacity) }
        case .heartbeat(let heartbeat):
            writer.write(Tag.Heartbeat.sequence, heartbeat.sequence)
        case .drainRequest(let request):
            writer.write(Tag.Drain.identifier, request.identifier)
            writer.write(Tag.Drain.deadline, milliseconds: request.deadline)
        case .drainReply(let reply):
            writer.write(Tag.Drain.identifier, reply.identifier)
        case .view(let view):
            for entry in view.entries {
                var fields = FieldWriter()
                fields.write(Tag.Entry.service, entry.service)
                fields.write(Tag.Entry.weight, entry.weight)
                fields.write(Tag.Entry.reason, Limits.printable(entry.reason, bytes: evidence))
                writer.write(Tag.View.entry, bytes: fields.bytes)
            }
        case .goodbye(let goodbye):
            writer.write(Tag.Goodbye.reason, goodbye.reason.rawValue)
        }
        return writer.bytes
    }

    private static func fields(of fact: Fact, evidence: Int) -> [UInt8] {
        var writer = FieldWriter()
        writer.write(Tag.Fact.kind, fact.kind.rawValue)
        writer.write(Tag.Fact.verdict, fact.verdict.rawValue)
        switch fact.subject {
        case .node: break
        case .address(let address): writer.write(Tag.Fact.address, bytes: address.bytes)
        case .service(let service): writer.write(Tag.Fact.service, service)
        }
        writer.write(Tag.Fact.evidence, Limits.printable(fact.evidence, bytes: evidence))
        return writer.bytes
    }

    static func message(
        of kind: AgentMessage.Kind,
        _ fields: [Field],
    ) throws(ProtocolViolation.Malformation) -> AgentMessage {
        switch kind {
        case .hello: .hello(try hello(fields))
        case .desiredState: .desiredState(try desiredState(fields))
        case .report: .report(try report(fields))
        case .heartbeat: .heartbeat(Heartbeat(sequence: try fields.one(Tag.Heartbeat.sequence).integer()))
        case .drainRequest:
            .drainRequest(
                DrainRequest(
                    identifier: try fields.one(Tag.Drain.identifier).integer(),
                    deadline: try fields.one(Tag.Drain.deadline).milliseconds(),
                )
            )
        case .drainReply: .drainReply(DrainReply(identifier: try fields.one(Tag.Drain.identifier).integer()))
        case .view: .view(try view(fields))
        case .goodbye:
            .goodbye(Goodbye(reason: .init(rawValue: try fields.one(Tag.Goodbye.reason).integer()) ?? .other))
        }
    }

    private static func hello(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> Hello {
        Hello(
            bootIdentifier: try fields.one(Tag.Hello.boot).bootIdentifier(),
            name: try fields.one(Tag.Hello.name).text(limit: Limits.name),
            programVersion: try fields.one(Tag.Hello.version).text(limit: Limits.name),
            heartbeatInterval: try fields.one(Tag.Hello.interval).milliseconds(),
        )
    }

    private static func desiredState(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> DesiredState {
        var addresses: [IPAddress] = []
        for field in try fields.several(Tag.Desired.address, limit: Limits.addresses) {
            addresses.append(try field.address())
        }
        var services: [ServiceIdentity] = []
        for field in try fields.several(Tag.Desired.service, limit: Limits.services) {
            services.append(try field.service())
        }
        guard Set(addresses).count == addresses.count else { throw .repeated(tag: Tag.Desired.address) }
        guard Set(services).count == services.count else { throw .repeated(tag: Tag.Desired.service) }
        let generation: UInt64 = try fields.one(Tag.Desired.generation).integer()
        return DesiredState(generation: generation, addresses: addresses, services: services)
    }

    private static func report(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> Report {
        var facts: [Fact] = []
        var seen: Set<FactIdentity> = []
        for field in try fields.several(Tag.Report.fact, limit: Limits.facts) {
            // A kind that only a newer agent knows is skipped like an unknown field.
            guard let fact = try fact(Field.all(in: field.value)) else { continue }
            guard seen.insert(fact.identity).inserted else { throw .repeated(tag: Tag.Report.fact) }
            facts.append(fact)
        }
        let capacity: UInt8? = try fields.optional(Tag.Report.capacity)?.integer()
        return Report(
            sequence: try fields.one(Tag.Report.sequence).integer(),
            bootIdentifier: try fields.one(Tag.Report.boot).bootIdentifier(),
            facts: facts,
            capacity: capacity.map { min($0, 100) },
        )
    }

    private static func fact(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> Fact? {
        guard let kind = FactKind(rawValue: try fields.one(Tag.Fact.kind).integer()) else { return nil }
        let subject: FactSubject
        if let address = try fields.optional(Tag.Fact.address) {
            subject = .address(try address.address())
        } else if let service = try fields.optional(Tag.Fact.service) {
            subject = .service(try service.service())
        } else {
            subject = .node
        }
        return Fact(
            kind,
            subject,
            FactVerdict(rawValue: try fields.one(Tag.Fact.verdict).integer()) ?? .unknown,
            evidence: try fields.one(Tag.Fact.evidence).text(limit: Limits.evidence),
        )
    }

    private static func view(_ fields: [Field]) throws(ProtocolViolation.Malformation) -> View {
        var entries: [View.Entry] = []
        for field in try fields.several(Tag.View.entry, limit: Limits.services) {
            let parts = try Field.all(in: field.value)
            entries.append(
                View.Entry(
                    service: try parts.one(Tag.Entry.service).service(),
                    weight: try parts.one(Tag.Entry.weight).integer(),
                    reason: try parts.one(Tag.Entry.reason).text(limit: Limits.evidence),
                )
            )
        }
        return View(entries: entries)
    }
}
