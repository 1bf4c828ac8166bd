import AgentProtocol
import PeerProtocol
import Primitives
import Testing
import VRRP

@testable import DirectorCore

/// One director of the pair: its core, and an election that does as it is told.
final class Side {
    let name: String
    let fingerprint: KeyFingerprint
    let address: IPAddress
    var priority: UInt8
    var preemptDelay = Interval.zero
    /// The synchronization group of all its routers.
    var syncGroup: String?
    /// The routers that speak version 2.
    var oldRouters: Set<String> = []
    /// What the tracks of a router take from its priority.
    var losses: [String: UInt8] = [:]
    var core = PeerCore()
    var cluster = ClusterCore(seed: 1)
    /// What the file of orders has.
    var kept: (orders: [OperatorOrder], withdrawn: [OrderWithdrawal]) = ([], [])
    /// Orders of the peer that the cluster core has not taken yet.
    var shared: [PeerOrder] = []
    var routers: [String: VirtualRouter.StateName] = [:]
    var since: [String: MonotonicInstant] = [:]
    /// Routers whose addresses the kernel does not have yet though the election wants them.
    var isKernelSlow = false
    var orders: [ElectionOrder] = []
    var logs: [StatusChange] = []
    var answers: [(token: UInt64, succeeded: Bool, text: String)] = []
    var isStopReady = false
    var isDeferring: Bool?
    var isUp = true
    var digest: UInt64 = 1
    var sections: [ConfigurationSummary.Section] = [.init(name: "services", digest: 1)]
    var version = "1"
    var clock: UInt64 = 1_790_000_000_000
    var readiness = PeerReadiness(isHealthKnown: true, isKernelConverged: true, isSyncCaughtUp: true)

    init(_ name: String, byte: UInt8, address: IPAddress, priority: UInt8) throws {
        self.name = name
        self.address = address
        self.priority = priority
        fingerprint = try #require(KeyFingerprint(bytes: [UInt8](repeating: byte, count: 32)))
    }

    func settings(peer: Side?, routers names: [String]) -> PeerSettings {
        PeerSettings(
            directorName: name,
            fingerprint: fingerprint,
            peer: peer.map { PeerSettings.Peer(name: $0.name, address: $0.address, fingerprint: $0.fingerprint) },
            configuration: ConfigurationSummary(generation: 0, changedAt: 0, digest: digest, sections: sections),
            routers: names.enumerated().map { index, name in
                var router = VirtualRouterSettings(
                    name: name,
                    virtualRouterIdentifier: UInt8(index + 1),
                    interface: "eth0",
                    addresses: [Prefix(host: .v4(IPv4Address(192, 0, 2, UInt8(100 + index))))],
                )
                router.priority = priority
                router.preemptDelay = preemptDelay
                router.syncGroup = syncGroup
                if oldRouters.contains(name) { router.version = .version2 }
                return router
            },
        )
    }

    func report(routers names: [String], at now: MonotonicInstant) -> ElectionReport {
        ElectionReport(
            routers: names.enumerated().map { index, name in
                let state = routers[name] ?? .backup
                var router = ElectionReport.Router(
                    name: name,
                    virtualRouterIdentifier: UInt8(index + 1),
                    interface: "eth0",
                    priority: priority - (losses[name] ?? 0),
                    state: state,
                    since: since[name] ?? Pair.start,
                    reason: .started,
                    activeRouter: nil,
                    activePriority: nil,
                    addresses: [
                        .init(
                            prefix: Prefix(host: .v4(IPv4Address(192, 0, 2, UInt8(100 + index)))),
                            isHeld: state == .active && !isKernelSlow,
                        )
                    ],
                    findings: [],
                    statistics: VirtualRouter.Statistics(),
                )
                router.isAnnounced = state == .active && !isKernelSlow
                return router
            },
            rejections: RejectionCounts(),
            refusedSettings: nil,
            addressRepairs: 0,
            isStopping: false,
        )
    }

    var active: [String] { routers.filter { $0.value == .active }.keys.sorted() }
}

/// Two directors with a network between them that the test controls.
final class Pair {
    static let start = MonotonicInstant(nanoseconds: 1_000_000_000_000)

    struct Packet {
        var due: MonotonicInstant
        var from: Int
        var kind: Kind
        enum Kind { case connect, accepted, bytes([UInt8]), close(String), told(UInt64) }
    }

    let sides: [Side]
    let names: [String]
    var now = Pair.start
    var packets: [Packet] = []
    var delay = Interval.milliseconds(1)
    /// How long the shell takes to tell the successor of the connections; nothing for one that never says so.
    var telling: Interval? = .milliseconds(1)
    /// Whether new connections come to be and present ones carry anything.
    var isConnected = true
    /// The connection as each side names it.
    var connections: [PeerConnection?] = [nil, nil]
    var accepted: UInt64 = 0
    /// Drops the message with this number, counted from the beginning, by closing the connection on it.
    var cutAt: Int?
    var duplicates = false
    /// Whether what the peer says about times is read by the peer's clock.
    var believesPeerClock = true
    var messages = 0
    /// Every moment at which nobody, or both without agreement, served a router.
    var unserved: Set<String> = []

    init(names: [String] = ["front"], active: Int = 0, priorities: (UInt8, UInt8) = (110, 100)) throws {
        self.names = names
        sides = [
            try Side("lb1", byte: 1, address: .v4(IPv4Address(192, 0, 2, 2)), priority: priorities.0),
            try Side("lb2", byte: 2, address: .v4(IPv4Address(192, 0, 2, 3)), priority: priorities.1),
        ]
        for name in names { sides[active].routers[name] = .active }
    }

    func started(then run: Interval = .milliseconds(500)) -> Pair {
        for index in 0...1 { start(index) }
        self.run(run)
        return self
    }

    func start(_ index: Int) {
        let side = sides[index]
        side.core = PeerCore()
        side.isUp = true
        handle(index, .clockRead(side.clock))
        handle(
            index,
            .started(
                side.settings(peer: sides[1 - index], routers: names),
                bootIdentifier: BootIdentifier(high: 0, low: UInt64(index + 1) << 32),
                programVersion: side.version,
            )
        )
        handle(index, .readinessChanged(side.readiness, .off))
        startCluster(index)
        report(index)
    }

    /// The process dies: nothing of it is left but its election's peer, and the other end hears that the connection ended.
    func crash(_ index: Int) {
        sides[index].isUp = false
        sides[index].core = PeerCore()
        cut()
    }

    func cut(_ reason: String = "closed by the other end") {
        packets = []
        for index in 0...1 {
            guard let connection = connections[index] else { continue }
            connections[index] = nil
            if sides[index].isUp { handle(index, .closed(connection, reason: reason)) }
        }
    }

    func report(_ index: Int) { handle(index, .electionReported(sides[index].report(routers: names, at: now))) }

    func setReadiness(_ index: Int, _ readiness: PeerReadiness) {
        sides[index].readiness = readiness
        handle(index, .readinessChanged(readiness, .off))
    }

    @discardableResult
    func handle(_ index: Int, _ event: PeerEvent) -> [PeerEffect] {
        let side = sides[index]
        let effects = side.core.handle(event, at: now)
        for effect in effects { execute(effect, of: index) }
        let shared = side.shared
        side.shared = []
        let peerClock = believesPeerClock ? side.core.peerClock(at: now) : nil
        if !shared.isEmpty { think(index, .ordersShared(shared, clock: peerClock ?? clock(index))) }
        return effects
    }

    private func execute(_ effect: PeerEffect, of index: Int) {
        let side = sides[index]
        switch effect {
        case .listen, .stopListening: break
        case .dial(let connection, _, _):
            guard isConnected, sides[1 - index].isUp else {
                packets.append(Packet(due: now + delay, from: 1 - index, kind: .close("connecting failed")))
                connections[index] = connection
                return
            }
            connections[index] = connection
            packets.append(Packet(due: now + delay, from: index, kind: .connect))
        case .send(let connection, let bytes):
            guard connections[index] == connection, isConnected else { return }
            messages += 1
            if messages == cutAt { return cut() }
            packets.append(Packet(due: now + delay, from: index, kind: .bytes(bytes)))
        case .close(let connection):
            guard connections[index] == connection else { return }
            connections[index] = nil
            packets.append(Packet(due: now + delay, from: index, kind: .close("closed by the other end")))
        case .election(let order): obey(order, side, index)
        case .answer(let token, let succeeded, let text): side.answers.append((token, succeeded, text))
        case .tellConnections(let handover, _, _):
            guard let telling else { return }
            packets.append(Packet(due: now + telling, from: 1 - index, kind: .told(handover)))
        case .orders(let orders): side.shared += orders
        case .log(let change): side.logs.append(change)
        case .stopReady: side.isStopReady = true
        }
    }

    /// The election does at once as it is told.
    private func obey(_ order: ElectionOrder, _ side: Side, _ index: Int) {
        side.orders.append(order)
        switch order {
        case .takeOver(let routers, _):
            for name in routers { (side.routers[name], side.since[name]) = (.active, now) }
        case .letGo(let routers):
            for name in routers { (side.routers[name], side.since[name]) = (.backup, now) }
        case .deferPreemption(let isDeferred): side.isDeferring = isDeferred
        case .handOver, .concludeTakeOver, .cancelHandOver, .peerReported: break
        }
        packets.append(Packet(due: now + delay, from: 1 - index, kind: .bytes([])))  // A report of its own comes soon.
        watch()
    }

    /// Somebody serves every router at every moment.
    private func watch() {
        for name in names where !sides.contains(where: { $0.isUp && $0.routers[name] == .active }) {
            unserved.insert(name)
        }
    }

    func run(_ interval: Interval) {
        let end = now + interval
        while true {
            var due = packets.map(\.due).min() ?? end
            for side in sides where side.isUp { if let deadline = side.core.deadline { due = min(due, deadline) } }
            due = max(due, now)
            guard due < end else { break }
            now = due
            deliver()
            for index in 0...1 where sides[index].isUp {
                if let deadline = sides[index].core.deadline, deadline <= now { handle(index, .deadlineReached) }
            }
            watch()
        }
        now = end
    }

    private func deliver() {
        let ready = packets.filter { $0.due <= now }
        packets.removeAll { $0.due <= now }
        for packet in ready {
            let target = 1 - packet.from
            guard sides[target].isUp else { continue }
            switch packet.kind {
            case .connect:
                accepted += 1
                let connection = PeerConnection.accepted(accepted)
                connections[target] = connection
                packets.append(Packet(due: now + delay, from: target, kind: .accepted))
                handle(target, .connected(connection))
            case .accepted:
                guard let connection = connections[target] else { continue }
                handle(target, .connected(connection))
            case .bytes(let bytes):
                guard !bytes.isEmpty else {
                    report(target)
                    continue
                }
                guard isConnected, let connection = connections[target] else { continue }
                handle(target, .bytes(connection, bytes))
            case .told(let handover): handle(target, .connectionsTold(handover: handover))
            case .close(let reason):
                guard let connection = connections[target] else { continue }
                connections[target] = nil
                handle(target, .closed(connection, reason: reason))
            }
        }
    }
}
