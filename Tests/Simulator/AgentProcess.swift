import AgentCore
import Primitives

/// One life of a web node's agent.
final class AgentProcess {
    unowned let node: RealServerNode
    private unowned let world: Simulation
    private let agent: any AgentPart
    private var connections: [UInt64: AgentConnection] = [:]
    private(set) var isListening = false
    /// Whether somebody told it to stop or to release.
    var isLeaving = false
    /// Whether it gave its addresses up.
    private(set) var isReleased = false

    /// Its thread.
    private(set) lazy var loop = Loop(
        node.name + ".agent",
        clock: node.clock,
        in: world,
        deadline: { [unowned self] in agent.deadline },
        wake: { [unowned self] in handle(.deadlineReached) },
    )

    init(node: RealServerNode, world: Simulation) {
        self.node = node
        self.world = world
        let identity = AgentIdentity(bootIdentifier: node.boot, name: node.name, programVersion: "simulated")
        agent = world.parts.agent(node.settings, identity, node.clock.local(world.now))
    }

    func start() {
        loop.run { [self] in handle(.started(saved: node.saved)) }
    }

    func end() {
        loop.kill()
        let numbers = connections.keys.sorted()
        for number in numbers { connections[number]?.close(from: .agent) }
        connections = [:]
    }

    /// The machine is gone, and with it its ends of the connections, without a word.
    func vanish() {
        loop.kill()
        for connection in connections.values { connection.vanish(at: .agent) }
        connections = [:]
    }

    func opened(_ connection: AgentConnection) {
        connections[connection.number] = connection
        let director = world.fingerprint(connection.director.index)
        let remote = IPAddress.v4(Lan.address(connection.director.index))
        loop.run { [self] in
            handle(.linkOpened(connection: connection.number, director: director, remote: remote))
        }
    }

    func forget(_ number: UInt64) { connections[number] = nil }

    /// How many directors have a connection that stands.
    var standing: Set<Int> { Set(connections.values.filter(\.stands).map(\.director.index)) }

    /// Gives the agent an event and does what it wants.
    func handle(_ event: AgentEvent) {
        guard loop.isAlive else { return }
        let effects = agent.handle(event, at: loop.localNow)
        world.note(loop.name, (event, effects), bytes: [UInt8(truncatingIfNeeded: effects.count)])
        world.clusterChecker.bounded(effects.count, "\(loop.name) by \(event)")
        for effect in effects where loop.isAlive { execute(effect) }
    }

    private func later(_ event: @escaping @autoclosure () -> AgentEvent) {
        world.mail(to: loop, after: world.mailboxDelay()) { [self] in handle(event()) }
    }

    private func execute(_ effect: AgentEffect) {
        switch effect {
        case .send(let connection, let bytes): connections[connection]?.send(bytes, from: .agent)
        case .close(let connection):
            connections[connection]?.close(from: .agent)
            connections[connection] = nil
        case .save(let state):
            // As a program reads it back: through its text.
            node.saved = SavedState(text: state.text)
            later(.saved)
        case .writeSysctl(let key, let value): attempt(effect) { node.sysctls[key] = value }
        case .addAddress(let address):
            attempt(effect) { node.add(Prefix(host: address), isOurs: true) }
        case .removeAddress(let observed): attempt(effect) { node.remove(observed) }
        case .listen:
            isListening = true
            later(.listening)
        case .observe(let scope, let addresses, let directors):
            world.mail(to: loop, after: world.netlinkDelay()) { [self] in
                handle(.observed(node.observe(scope, addresses, directors)))
            }
        case .run(let run):
            guard case .check(_, let service) = run else { preconditionFailure("simulated nodes have no gauges") }
            world.mail(to: loop, after: world.netlinkDelay()) { [self] in
                handle(.ran(run, node.localProbe(service)))
            }
        case .finish:
            end()
            node.agentExited()
        case .releaseFinished: isReleased = true
        case .admit, .ready, .log, .unitDrained: break
        }
    }

    private func attempt(_ effect: AgentEffect, _ change: () -> Void) {
        guard !world.netlinkFails() else { return later(.effectFailed(effect, reason: "interrupted")) }
        change()
    }
}
