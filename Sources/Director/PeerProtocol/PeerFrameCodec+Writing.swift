internal import AgentProtocol
internal import Primitives

extension PeerFrameCodec {
    /// Tags, each counted within its message type.
    enum Tag {
        enum Hello { static let boot: UInt16 = 1, name: UInt16 = 2, version: UInt16 = 3 }
        enum State {
            static let generation: UInt16 = 1, changedAt: UInt16 = 2, digest: UInt16 = 3, section: UInt16 = 4
            static let router: UInt16 = 5, readiness: UInt16 = 6, reason: UInt16 = 7, sync: UInt16 = 8
            static let stopping: UInt16 = 9
        }
        enum Section { static let name: UInt16 = 1, digest: UInt16 = 2 }
        enum Router {
            static let name: UInt16 = 1, state: UInt16 = 2, priority: UInt16 = 3, age: UInt16 = 4, flags: UInt16 = 5
            static let address: UInt16 = 6
        }
        enum Health { static let flags: UInt16 = 1, opinion: UInt16 = 2 }
        enum Opinion { static let service: UInt16 = 1, realServer: UInt16 = 2, state: UInt16 = 3, reason: UInt16 = 4 }
        enum Heartbeat { static let sequence: UInt16 = 1, clock: UInt16 = 2 }
        enum Handover {
            static let step: UInt16 = 1, identifier: UInt16 = 2, cause: UInt16 = 3, router: UInt16 = 4
            static let forced: UInt16 = 5, patience: UInt16 = 6, refusal: UInt16 = 7
        }
        enum Goodbye { static let reason: UInt16 = 1 }
    }

    static func fields(of message: PeerMessage, withAddresses: Bool) -> [UInt8] {
        var writer = FieldWriter()
        switch message {
        case .hello(let hello):
            writer.write(Tag.Hello.boot, bytes: hello.bootIdentifier.bytes)
            writer.write(Tag.Hello.name, hello.name)
            writer.write(Tag.Hello.version, hello.programVersion)
        case .state(let state):
            write(state, withAddresses: withAddresses, &writer)
        case .health(let health):
            writer.write(Tag.Health.flags, UInt8((health.isFirst ? 1 : 0) | (health.isLast ? 2 : 0)))
            for opinion in health.opinions {
                var fields = FieldWriter()
                fields.write(Tag.Opinion.service, opinion.service)
                fields.write(Tag.Opinion.realServer, opinion.realServer)
                fields.write(Tag.Opinion.state, opinion.state.rawValue)
                fields.write(Tag.Opinion.reason, opinion.reason)
                writer.write(Tag.Health.opinion, bytes: fields.bytes)
            }
        case .heartbeat(let heartbeat):
            writer.write(Tag.Heartbeat.sequence, heartbeat.sequence)
            writer.write(Tag.Heartbeat.clock, heartbeat.clock)
        case .handover(let handover):
            writer.write(Tag.Handover.step, handover.step.rawValue)
            writer.write(Tag.Handover.identifier, handover.identifier)
            writer.write(Tag.Handover.cause, handover.cause.rawValue)
            for router in handover.routers { writer.write(Tag.Handover.router, router) }
            if handover.isForced { writer.write(Tag.Handover.forced, UInt8(1)) }
            writer.write(Tag.Handover.patience, milliseconds: handover.patience)
            for refusal in handover.refusals { writer.write(Tag.Handover.refusal, refusal.rawValue) }
        case .goodbye(let goodbye):
            writer.write(Tag.Goodbye.reason, goodbye.reason.rawValue)
        case .orders(let orders): write(orders, &writer)
        case .addressFindings(let findings): write(findings, &writer)
        }
        return writer.bytes
    }

    private static func write(_ state: PeerState, withAddresses: Bool, _ writer: inout FieldWriter) {
        writer.write(Tag.State.generation, state.configuration.generation)
        writer.write(Tag.State.changedAt, state.configuration.changedAt)
        writer.write(Tag.State.digest, state.configuration.digest)
        for section in state.configuration.sections {
            var fields = FieldWriter()
            fields.write(Tag.Section.name, section.name)
            fields.write(Tag.Section.digest, section.digest)
            writer.write(Tag.State.section, bytes: fields.bytes)
        }
        for router in state.routers {
            var fields = FieldWriter()
            fields.write(Tag.Router.name, router.name)
            fields.write(Tag.Router.state, router.state.rawValue)
            fields.write(Tag.Router.priority, router.priority)
            fields.write(Tag.Router.age, router.age)
            let flags = (router.isAnnounced ? 1 : 0) | (router.isUsable ? 2 : 0) | (router.isChosen ? 4 : 0)
            fields.write(Tag.Router.flags, UInt8(flags))
            for address in withAddresses ? router.addresses : [] {
                fields.write(Tag.Router.address, bytes: address.bytes)
            }
            writer.write(Tag.State.router, bytes: fields.bytes)
        }
        let readiness = state.readiness
        let flags =
            (readiness.isHealthKnown ? 1 : 0) | (readiness.isKernelConverged ? 2 : 0)
            | (readiness.isSyncCaughtUp ? 4 : 0)
        writer.write(Tag.State.readiness, UInt8(flags))
        for reason in readiness.reasons { writer.write(Tag.State.reason, reason) }
        writer.write(Tag.State.sync, state.connectionSync.rawValue)
        writer.write(Tag.State.stopping, UInt8(state.isStopping ? 1 : 0))
    }
}
