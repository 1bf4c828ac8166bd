import AgentCore
import AgentHost
import AgentProtocol
import Linux
import NIOCore
import NIOPosix
import Netlink
import Primitives

/// An agent's core on the real kernel, without directors.
struct HostedAgent: ~Copyable {
    let host: Host
    let watch: HostWatch
    let stateFile: StateFile
    var core: AgentCore
    var runner: LocalRunner
    var reactor: Reactor
    private let threads: Threads
    private var agentCheck: AgentCheckServer?
    private(set) var effects: [AgentEffect] = []

    /// The event loop of requests, which ends with the agent.
    private final class Threads {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

        deinit { try? group.syncShutdownGracefully() }
    }

    private init(directory: String, pinned: [String], _ change: (inout AgentSettings) -> Void) throws {
        let host = try Host()
        let watch = try HostWatch()
        var reactor = try Reactor()
        try reactor.add(watch.routeDescriptor, token: 1, interest: .read)
        try reactor.add(watch.listenerDescriptor, token: 2, interest: .read)
        // The namespace is the calling thread's, and a new thread keeps it.
        let threads = Threads()
        let runner = LocalRunner(firstToken: 100, requests: try LocalRequests(on: threads.group.next()))
        try reactor.add(runner.requestDescriptor, token: 3, interest: .read)
        let stateFile = StateFile(directory: directory)
        let identity = AgentIdentity(
            bootIdentifier: try Host.bootIdentifier(),
            name: "web1",
            programVersion: "test",
        )
        var settings = AgentSettings(directors: [], allowedAddresses: [])
        settings.pinnedAddresses = pinned.compactMap { IPAddress($0) }
        change(&settings)
        agentCheck = nil
        if let check = settings.agentCheck { agentCheck = try AgentCheckServer(check, token: 4, &reactor) }
        self.host = host
        self.watch = watch
        self.reactor = reactor
        self.stateFile = stateFile
        self.threads = threads
        self.runner = runner
        core = AgentCore(settings: settings, identity: identity, at: Clock.now)
    }

    /// A new process on this host.
    static func start(
        directory: String,
        pinned: [String],
        _ change: (inout AgentSettings) -> Void = { _ in },
    ) throws -> HostedAgent {
        var agent = try HostedAgent(directory: directory, pinned: pinned, change)
        try agent.take(.started(saved: agent.stateFile.load()))
        return agent
    }

    mutating func take(_ event: AgentEvent) throws {
        var events = [event]
        while !events.isEmpty {
            for effect in core.handle(events.removeFirst(), at: Clock.now) {
                effects.append(effect)
                events += try perform(effect)
            }
        }
    }

    private mutating func perform(_ effect: AgentEffect) throws -> [AgentEvent] {
        switch effect {
        case .save(let state):
            try stateFile.save(state)
            return [.saved]
        case .writeSysctl(let key, let value): try host.write(key, value)
        case .addAddress(let address): try host.add(address)
        case .removeAddress(let observed): try host.remove(observed)
        case .listen: return [.listening]
        case .observe(let scope, let addresses, let directors):
            return [.observed(host.observe(scope, addresses: addresses, directors: directors).observation)]
        case .run(let run):
            return runner.start(run, at: Clock.now, &reactor).map { [.ran(run, $0)] } ?? []
        case .send, .close, .admit, .ready, .log, .releaseFinished, .unitDrained, .finish: break
        }
        return []
    }

    /// Runs the agent's loop for so long.
    mutating func run(_ interval: Interval) throws {
        let end = Clock.now + interval
        while Clock.now < end {
            let next = [core.deadline, runner.deadline, end].compactMap(\.self).min()
            for readiness in try reactor.wait(until: next) {
                switch readiness.token {
                case 1: try take(.hostChanged(watch.readRoutes()))
                case 2: try take(.hostChanged(watch.readListeners()))
                case 4: agentCheck?.answer(core.agentCheckAnswer)
                case 3: for result in runner.takeResults() { try take(.ran(result.run, result.outcome)) }
                default:
                    if let (run, outcome) = runner.advance(readiness.token, &reactor) { try take(.ran(run, outcome)) }
                }
            }
            for (run, outcome) in runner.expire(at: Clock.now, &reactor) { try take(.ran(run, outcome)) }
            agentCheck?.collect()
            if let due = core.deadline, due <= Clock.now { try take(.deadlineReached) }
        }
    }

    /// The addresses of `lo` as the kernel has them.
    static func loopback() throws -> [InterfaceAddress] {
        try RouteSocket().addresses(interfaceIndex: 1)
    }
}
