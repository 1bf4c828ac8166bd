import AgentCore
import AgentProtocol
import Primitives

/// An agent, its host, and directors that speak the real protocol, under a clock of their own.
final class Bench {
    static let boot = BootIdentifier(high: 1, low: 1)
    static let directors = [key(1), key(2)]
    static let remotes = [address("192.0.2.11"), address("192.0.2.12")]
    static let vip = address("192.0.2.10")
    static let web = service("192.0.2.10:80")

    static func key(_ byte: UInt8) -> KeyFingerprint {
        guard let key = KeyFingerprint(bytes: [UInt8](repeating: byte, count: 32)) else { preconditionFailure() }
        return key
    }

    static func address(_ text: String) -> IPAddress {
        guard let address = IPAddress(text) else { preconditionFailure(text) }
        return address
    }

    static func service(_ text: String) -> ServiceIdentity {
        guard let endpoint = Endpoint(text) else { preconditionFailure(text) }
        return ServiceIdentity(protocol: .tcp, endpoint: endpoint)
    }

    static var settings: AgentSettings {
        AgentSettings(
            directors: zip(["lb1", "lb2"], directors).map { AgentSettings.Director(name: $0, fingerprint: $1) },
            allowedAddresses: [FakeHost.prefix("192.0.2.0/24"), FakeHost.prefix("2001:db8::/64")],
        )
    }

    struct Crash: Error {}

    var host = FakeHost()
    var now = MonotonicInstant(nanoseconds: 5_000_000_000)
    var settings: AgentSettings
    var boot = Bench.boot
    var sessions: [UInt64: DirectorLinkSession] = [:]
    var linkEvents: [UInt64: [DirectorLinkEvent]] = [:]
    var effects: [AgentEffect] = []
    /// How many effects that outlive the agent are executed before it dies.
    var effectsUntilCrash: Int?
    private var core: AgentCore
    private var nextConnection: UInt64 = 1

    init(settings: AgentSettings = Bench.settings) {
        self.settings = settings
        core = AgentCore(settings: settings, identity: Self.identity(Self.boot), at: now)
    }

    private static func identity(_ boot: BootIdentifier) -> AgentIdentity {
        AgentIdentity(bootIdentifier: boot, name: "web1", programVersion: "0.1")
    }

    var status: AgentStatus { core.status(at: now) }
    var changes: [AgentChange] {
        effects.compactMap { effect in
            if case .log(let change) = effect { change } else { nil }
        }
    }
    var isFinished: Bool { effects.contains(.finish) }
    var deadline: MonotonicInstant? { core.deadline }
    var agentCheckAnswer: String { core.agentCheckAnswer }
    var releaseEnd: MonotonicInstant? { core.releaseEnd }

    /// Starts a new process on the same host.
    func start() throws {
        core = AgentCore(settings: settings, identity: Self.identity(boot), at: now)
        sessions = [:]
        linkEvents = [:]
        effects = []
        try send(.started(saved: host.file.flatMap { SavedState(text: $0) }))
    }

    /// Lets the agent take an event, and everything that follows from it.
    func send(_ event: AgentEvent) throws {
        var events = [event]
        while !events.isEmpty {
            for effect in core.handle(events.removeFirst(), at: now) {
                if let left = effectsUntilCrash, Self.outlivesTheAgent(effect) {
                    guard left > 0 else { throw Crash() }
                    effectsUntilCrash = left - 1
                }
                effects.append(effect)
                events += host.perform(effect)
                try deliver(effect)
            }
        }
    }

    /// Only between such effects does it matter when the agent dies.
    private static func outlivesTheAgent(_ effect: AgentEffect) -> Bool {
        switch effect {
        case .save, .writeSysctl, .addAddress, .removeAddress: true
        default: false
        }
    }

    private func deliver(_ effect: AgentEffect) throws {
        switch effect {
        case .send(let connection, let bytes):
            guard var session = sessions[connection] else { return }
            linkEvents[connection, default: []] += try session.received(bytes[...], at: now)
            sessions[connection] = session
        case .close(let connection):
            sessions[connection] = nil
        default:
            break
        }
    }

    /// Connects a director and exchanges Hellos.
    @discardableResult func connect(_ index: Int) throws -> UInt64 {
        let connection = nextConnection
        nextConnection += 1
        let hello = Hello(
            bootIdentifier: Self.boot,
            name: "lb\(index + 1)",
            programVersion: "0.1",
            heartbeatInterval: .milliseconds(200),
        )
        sessions[connection] = DirectorLinkSession(hello: hello, at: now)
        try send(.linkOpened(connection: connection, director: Self.directors[index], remote: Self.remotes[index]))
        try exchange(connection)
        return connection
    }

    /// Sends what a director has to say.
    func exchange(_ connection: UInt64) throws {
        guard let bytes = sessions[connection]?.takeOutput(), !bytes.isEmpty else { return }
        try send(.linkReceived(connection: connection, bytes: bytes))
    }

    /// Makes a director want addresses with a web service on each.
    func desire(_ connection: UInt64, _ addresses: [IPAddress], generation: UInt64 = 1) throws {
        let services = addresses.map {
            ServiceIdentity(protocol: .tcp, endpoint: Endpoint(address: $0, port: 80))
        }
        sessions[connection]?.desire(
            DesiredState(generation: generation, addresses: addresses, services: services)
        )
        try exchange(connection)
    }

    /// Lets time pass, the directors answering heartbeats.
    func advance(_ interval: Interval) throws {
        let end = now + interval
        while let due = core.deadline, due <= end {
            now = max(now, due)
            try send(.deadlineReached)
            for connection in sessions.keys.sorted() { try exchange(connection) }
        }
        now = end
    }

    func fact(_ kind: FactKind, _ connection: UInt64, _ subject: FactSubject = .node) -> Fact? {
        sessions[connection]?.facts.first { $0.fact.kind == kind && $0.fact.subject == subject }?.fact
    }
}
