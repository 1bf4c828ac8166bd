import DirectorCore
import Primitives
import VRRP

/// A whole cluster under virtual time, made of the shipped cores and codecs and driven by one seed.
final class Simulation: World {
    /// What the seed drew.
    var options: Options
    /// What the world is built of.
    let parts: Parts
    /// The LAN.
    var network: Network
    /// The directors' machines.
    private(set) var directors: [DirectorNode] = []
    /// The client.
    private(set) lazy var client = Client(world: self)
    /// The election's checker.
    private(set) lazy var electionChecker = ElectionChecker(world: self)
    /// Whether the faults are over.
    private(set) var isHealed = false

    private var delayDice: Dice
    private var isQuietSince: MonotonicInstant?

    /// Draws a world from a seed.
    init(seed: UInt64, parts: Parts = Parts(), trace: Trace = Trace()) {
        options = Options(seed: seed)
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
            DirectorNode(index: $0, clock: options.clocks[$0], election: options.elections[$0], world: self)
        }
    }

    /// Every virtual address that is configured anywhere, sorted.
    var virtualAddresses: [IPAddress] {
        Set(directors.flatMap(\.election.routers).flatMap(\.addresses).map(\.address)).sorted()
    }

    /// Runs the faults, lets everything heal, and checks that it converges; gives the first thing found wrong.
    func run() -> Violation? {
        for director in directors {
            after(delayDice.interval(.zero...(.seconds(2)))) { director.start() }
        }
        client.live()
        electionChecker.live()
        FaultSchedule(world: self).install()
        let healing = MonotonicInstant(nanoseconds: 0) + options.safetyPhase
        run(until: healing)
        guard violation == nil else { return violation }
        heal()
        let calm = healing + settlingTime
        run(until: calm)
        electionChecker.checkConvergence()
        // Quiet has to last.
        run(until: calm + .seconds(1))
        electionChecker.checkConvergence()
        guard violation == nil else { return violation }
        HandoverCheck(world: self).run()
        return violation
    }

    /// How long a healed cluster may take to converge.
    private var settlingTime: Interval {
        max(.seconds(6), advertisementInterval * 9)
    }

    /// The longest advertisement interval of any router.
    var advertisementInterval: Interval {
        directors.flatMap(\.election.routers).map(\.advertisementInterval).max() ?? .seconds(1)
    }

    private func heal() {
        note("world", "heals")
        isHealed = true
        // A healthy LAN keeps the order.
        network.everywhere { $0 = Network.Direction(delay: .microseconds(200)...(.microseconds(200))) }
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
        }
    }

    // MARK: What the machines use.

    /// Every machine but one.
    func everyoneElse(_ node: Int) -> [Int] { (0...Lan.client).filter { $0 != node } }

    /// The machine that has an Ethernet address.
    func node(at mac: MACAddress) -> Int? { (0...Lan.client).first { Lan.mac($0) == mac } }

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
        default: break
        }
    }

    /// How long a message takes between two threads.
    func mailboxDelay() -> Interval { delayDice.interval(.microseconds(5)...(.microseconds(300))) }

    /// How long a netlink change takes.
    func netlinkDelay() -> Interval { delayDice.interval(options.netlinkDelay) }

    /// Whether a netlink change is interrupted.
    func netlinkFails() -> Bool { delayDice.happens(perMille: options.netlinkFailures) }
}
