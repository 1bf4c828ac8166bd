import AgentCore
import Balancing
import DirectorCore
import Health
import Primitives
import VRRP

/// A whole cluster under virtual time, made of the shipped cores and codecs and driven by one seed.
final class Simulation: World {
    /// What the seed drew.
    var options: Options
    /// What the seed drew, before it healed.
    let drawn: Options
    /// What the world is built of.
    let parts: Parts
    /// The LAN.
    var network: Network
    /// The directors' machines.
    private(set) var directors: [DirectorNode] = []
    /// The web nodes.
    private(set) var realServers: [RealServerNode] = []
    /// The client.
    private(set) lazy var client = Client(world: self)
    /// The election's checker.
    private(set) lazy var electionChecker = ElectionChecker(world: self)
    /// The checker of everything else.
    private(set) lazy var clusterChecker = ClusterChecker(world: self)
    /// Who hears whom.
    private(set) lazy var hearing = HearingWitness(world: self)
    /// The checker of what is made of the real servers' health.
    private(set) lazy var healthChecker = HealthChecker(world: self)
    /// Who has the virtual addresses.
    private(set) lazy var ownership = OwnershipWitness(world: self)
    /// The virtual services, which all are on the first virtual router's first address.
    private(set) lazy var services: [ServiceIdentity] = directors[0].cluster.services.map(\.service.identity)
    /// A service on each director that is not Tandem's.
    static let foreign = VirtualService(
        identity: ServiceIdentity(
            protocol: .tcp,
            endpoint: Endpoint(address: .v4(IPv4Address(10, 0, 0, 1)), port: 25)
        )
    )
    /// Whether an operator has moved addresses to the other director.
    var wasMoved = false
    /// How long successors were told of connections, since somebody last asked.
    var timeTold = Interval.zero
    /// Whether the directors' own path is cut, if they have one.
    var isPeerPathCut = false
    /// Whether the faults are over.
    private(set) var isHealed = false

    private var delayDice: Dice
    private var connections: UInt64 = 0

    /// Draws a world from a seed.
    convenience init(seed: UInt64, parts: Parts = Parts(), trace: Trace = Trace()) {
        self.init(seed: seed, options: Options(seed: seed), parts: parts, trace: trace)
    }

    /// Makes a world with options that somebody chose; the seed draws the rest.
    init(seed: UInt64, options: Options, parts: Parts = Parts(), trace: Trace = Trace()) {
        drawn = options
        self.options = options
        self.parts = parts
        delayDice = Dice(seed: seed, stream: 3)
        network = Network(
            nodes: Lan.firstRealServer + options.realServers,
            everywhere: options.network,
            dice: Dice(seed: seed, stream: 4)
        )
        super.init(seed: seed, trace: trace)
        timerLateness = options.timerLateness
        directors = (0..<2).map {
            DirectorNode(
                index: $0,
                clock: options.clocks[$0],
                election: options.elections[$0],
                cluster: clusterSettings($0),
                world: self
            )
        }
        realServers = (0..<options.realServers).map { number in
            let index = Lan.firstRealServer + number
            var settings = AgentSettings(
                directors: (0..<2).map { .init(name: "d\($0 + 1)", fingerprint: fingerprint($0)) },
                allowedAddresses: Prefix("192.0.2.0/24").map { [$0] } ?? []
            )
            settings.stopAction = number % 2 == 0 ? .keep : .release
            settings.drainDeadline = .seconds(1)
            return RealServerNode(
                index: index,
                clock: options.clocks[index],
                settings: settings,
                hasAgent: options.withoutAgent != number,
                world: self
            )
        }
    }

    /// Every virtual address that is configured anywhere, sorted.
    var virtualAddresses: [IPAddress] {
        Set(directors.flatMap(\.election.routers).flatMap(\.addresses).map(\.address)).sorted()
    }

    /// Runs the faults, lets everything heal, and checks that it converges; gives the first thing found wrong.
    func run() -> Violation? {
        begin()
        FaultSchedule(world: self).install()
        FaultSchedule.installHealthFaults(in: self)
        let healing = MonotonicInstant(nanoseconds: 0) + options.safetyPhase
        run(until: healing)
        guard violation == nil else { return violation }
        heal()
        let settling = settlingTime
        var calm = healing + settling
        run(until: calm)
        // One that was still stopping when all healed starts later, and has as long from then on.
        while let start = directors.compactMap(\.process?.startedAt).max(), start + settling > calm {
            calm = start + settling
            run(until: calm)
        }
        electionChecker.checkConvergence()
        clusterChecker.checkConvergence()
        // Quiet has to last.
        run(until: calm + .seconds(1))
        electionChecker.checkConvergence()
        clusterChecker.checkConvergence()
        guard violation == nil else { return violation }
        HandoverCheck(world: self).run()
        return violation
    }

    /// Starts every machine within a time, and everybody who watches them.
    func begin(within spread: Interval = .seconds(2)) {
        for director in directors {
            after(delayDice.interval(.zero...spread)) { director.start() }
        }
        for server in realServers {
            after(delayDice.interval(.zero...spread)) { server.start() }
        }
        client.live()
        electionChecker.live()
        clusterChecker.live()
    }

    /// How long a healed cluster may take to converge.
    private var settlingTime: Interval {
        // A half-open link is given up seven heartbeats after it went stale.
        let agreement: Interval = options.hasPeerLink ? .seconds(8) : .zero
        // Before a planned restart a Backup Router learns to wait for long, also with a preemption.
        let patience = electionChecker.patientUntil - now + .seconds(1)
        return max(
            max(.seconds(6), agreement, patience),
            max(advertisementInterval * 9, options.heartbeatInterval * 11 + .seconds(1)),
        )
    }

    /// The longest advertisement interval of any router.
    var advertisementInterval: Interval {
        directors.flatMap(\.election.routers).map(\.advertisementInterval).max() ?? .seconds(1)
    }

    /// Everything that is broken is whole again, and whoever is down comes back.
    func heal() {
        note("world", "heals")
        isHealed = true
        // A healthy LAN keeps the order.
        network.everywhere { $0 = Network.Direction(delay: .microseconds(200)...(.microseconds(200))) }
        isPeerPathCut = false
        options.netlinkFailures = 0
        options.netlinkDelay = .microseconds(50)...(.milliseconds(3))
        for director in directors {
            director.filtersVRRP = false
            director.kernel.hasCarrier = true
            for loop in director.process?.loops ?? [] { loop.resume() }
            director.powerOn()
            director.start()
            director.process?.reload()
            director.kernelChanged()
            for server in realServers {
                director.process?.command(.setOverride(realServer: server.name, .none))
            }
        }
        for server in realServers {
            server.kernel.hasCarrier = true
            server.powerOn()
            server.turn(.serves)
            (server.pathIsDead, server.isUnprobed) = (false, false)
            server.agent?.loop.resume()
            if server.agent?.isLeaving ?? false { server.killAgent() }
            // What nobody is responsible for, the operator sets right.
            for observed in server.loopback where !observed.prefix.isHost { server.remove(observed) }
            server.start()
        }
    }

    // MARK: What the machines use.

    private var machines: Range<Int> { 0..<Lan.firstRealServer + realServers.count }

    /// Every machine but one.
    func everyoneElse(_ node: Int) -> [Int] { machines.filter { $0 != node } }

    /// The machine that has an Ethernet address.
    func node(at mac: MACAddress) -> Int? { machines.first { Lan.mac($0) == mac } }

    /// The web node with a real address.
    func realServer(at endpoint: Endpoint) -> RealServerNode? { realServers.first { $0.address == endpoint.address } }

    /// The real endpoint of a member.
    func endpoint(of name: String, _ service: ServiceSettings) -> Endpoint {
        let server = realServers.first { $0.name == name }
        return Endpoint(address: server?.address ?? Lan.virtual(0), port: service.service.identity.endpoint.port)
    }

    /// The virtual addresses of the services.
    var serviceAddresses: [IPAddress] { [Lan.virtual(0)] }

    /// The services' ports.
    var servicePorts: [UInt16] { services.map(\.endpoint.port) }

    /// The virtual addresses that a web node shall hold.
    func addressesWanted(of server: RealServerNode) -> [IPAddress] {
        let isMember = directors.flatMap(\.cluster.services).contains { service in
            service.members.contains { $0.realServer == server.name }
        }
        return isMember ? serviceAddresses : []
    }

    /// Whether packets get through in both directions.
    func canTalk(_ one: Int, _ other: Int) -> Bool { !network[one, other].isCut && !network[other, one].isCut }

    /// A machine's key.
    func fingerprint(_ node: Int) -> KeyFingerprint {
        guard let fingerprint = KeyFingerprint(bytes: Array(repeating: UInt8(node), count: 32)) else {
            preconditionFailure("a fingerprint has 32 octets")
        }
        return fingerprint
    }

    /// A fresh number for a connection.
    func connectionNumber() -> UInt64 {
        connections += 1
        return connections
    }

    /// A seed for a process.
    func processSeed() -> UInt64 { UInt64(delayDice.number(0...Int(Int32.max))) }

    /// How long bytes of a stream take; a lost segment is sent again.
    func streamDelay() -> Interval {
        let isLost = delayDice.happens(perMille: network[0, 1].loss)
        return delayDice.interval(.microseconds(50)...(.microseconds(800))) + (isLost ? .milliseconds(200) : .zero)
    }

    /// Where a chunk of a stream is cut.
    func cutPoint(_ count: Int) -> Int { delayDice.happens(perMille: 300) ? delayDice.number(0...count - 1) : 0 }

    /// How long the connections of a drained destination live.
    func drainTime() -> Interval { delayDice.interval(.milliseconds(10)...(.seconds(2))) }

    /// How long it takes to tell a successor of the connections; nothing where the end of it is never heard of.
    func tellingDelay() -> Interval? {
        let isHeard = !delayDice.happens(perMille: 50)
        let delay = delayDice.interval(.microseconds(100)...(.milliseconds(60)))
        timeTold = timeTold + (isHeard ? delay : PeerCore.preparationPatience)
        return isHeard ? delay : nil
    }

    /// Puts a frame on the LAN.
    func send(_ frame: Frame, from: Int, to receivers: [Int]) {
        for receiver in receivers {
            for delay in network.arrivals(from: from, to: receiver) {
                after(delay) { [self] in deliver(frame, to: receiver) }
            }
        }
    }

    private func deliver(_ frame: Frame, to receiver: Int) {
        switch receiver {
        case 0, 1: directors[receiver].receive(frame)
        case Lan.client: client.receive(frame)
        default: realServers[receiver - Lan.firstRealServer].receive(frame)
        }
    }

    /// How long a message takes between two threads.
    func mailboxDelay() -> Interval { delayDice.interval(.microseconds(5)...(.microseconds(300))) }

    /// How long a netlink change takes.
    func netlinkDelay() -> Interval { delayDice.interval(options.netlinkDelay) }

    /// Whether a netlink change is interrupted.
    func netlinkFails() -> Bool { delayDice.happens(perMille: options.netlinkFailures) }
}
