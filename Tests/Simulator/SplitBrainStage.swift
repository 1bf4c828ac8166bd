import DirectorCore
import Primitives
import VRRP

/// One scenario on its cluster: director 1 is Active, something happens, all heals, and the witness says what it cost.
struct SplitBrainStage {
    let scenario: SplitBrain
    let world: Simulation
    /// Advertisement_Interval.
    let interval: Interval
    /// How long the cause lasts.
    let length: Interval

    /// What threads, netlink and the LAN take together.
    static let slack = Interval.milliseconds(40)
    /// When the process of a killed director is back, and when the unit has released its addresses otherwise.
    static let restart = Interval.milliseconds(30)
    static let release = Interval.milliseconds(100)

    init(_ scenario: SplitBrain, seed: UInt64, interval: Interval, parts: Parts) {
        self.scenario = scenario
        // Version 2 counts in seconds.
        let isVersion2 = scenario == .keyMismatch
        self.interval = isVersion2 ? .seconds(1) : interval
        length = max(.seconds(2), self.interval * 12)
        var options = Options.calm(seed: seed, interval: self.interval)
        if isVersion2 {
            for director in options.elections.indices {
                options.elections[director].routers[0].version = .version2
                options.elections[director].routers[0].authentication = Authentication(password: "secret") ?? .none
            }
        }
        world = Simulation(seed: seed, options: options, parts: parts)
    }

    var active: DirectorNode { world.directors[0] }
    var backup: DirectorNode { world.directors[1] }

    /// Three intervals and the longer skew.
    var down: Interval { interval * 4 }

    func play() -> SplitBrain.Result {
        let isBoot = scenario == .bootWithReload
        if isBoot { world.ownership.watch() }
        world.begin(within: isBoot ? .milliseconds(1) : .milliseconds(200))
        if !isBoot {
            run(.seconds(6) + down * 2)
            world.electionChecker.checkConvergence()
            world.ownership.watch()
            // Anywhere between two advertisements.
            run(.nanoseconds(Int64(world.seed % 97) * interval.nanoseconds / 97))
        }
        strike()
        run(length)
        relieve()
        run(max(.seconds(7), interval * 12))
        world.electionChecker.checkConvergence()
        let bounds = bounds
        return SplitBrain.Result(
            violation: world.violation,
            shared: world.ownership.longestShared,
            sharedBound: bounds.shared,
            ownerless: world.ownership.longestOwnerless,
            ownerlessBound: bounds.ownerless,
            names: world.electionChecker.names.sorted()
        )
    }

    private func run(_ interval: Interval) { world.run(until: world.now + interval) }

    private func reload(_ node: DirectorNode, password: String) {
        node.election.routers[0].authentication = Authentication(password: password) ?? .none
        node.process?.reload()
    }

    private func strike() {
        switch scenario {
        case .deafBackup: world.network[0, 1].isCut = true
        case .deafActive: world.network[1, 0].isCut = true
        case .cutLan:
            world.network[0, 1].isCut = true
            world.network[1, 0].isCut = true
        case .keyMismatch: reload(active, password: "Secret")
        case .filter: backup.filtersVRRP = true
        case .frozenMachine:
            for loop in active.process?.loops ?? [] { loop.stall() }
            active.kernel.hasCarrier = false
        case .stoppedProcess: for loop in active.process?.loops ?? [] { loop.stall() }
        case .lateScheduling: beLate(until: world.now + length)
        case .clockStep:
            active.clock.leap(by: .seconds(10))
            for loop in active.process?.loops ?? [] { loop.clockLeapt() }
        case .killedAndBack:
            active.kill()
            world.after(Self.restart) { [active] in active.start() }
        case .killedForGood:
            active.kill()
            world.after(Self.release) { [active] in active.releaseAddresses() }
        case .powerLoss: active.powerOff()
        case .bootWithReload:
            world.after(interval * 2 + .milliseconds(Int64(world.seed % 5))) { [active, backup] in
                active.election.routers[0].priority = 120
                active.process?.reload()
                backup.process?.reload()
            }
        case .stolenAddresses:
            active.kernel.addresses = []
            active.kernelChanged()
        }
    }

    /// Two intervals late, one in time, again and again.
    private func beLate(until end: MonotonicInstant) {
        guard world.now < end, let loop = active.process?.electionLoop else { return }
        loop.stall()
        world.after(interval * 2) {
            loop.resume()
            world.after(interval) { beLate(until: end) }
        }
    }

    private func relieve() {
        switch scenario {
        case .keyMismatch: reload(active, password: "secret")
        case .frozenMachine:
            active.kernel.hasCarrier = true
            for loop in active.process?.loops ?? [] { loop.resume(losingPackets: true) }
        case .stoppedProcess: for loop in active.process?.loops ?? [] { loop.resume() }
        default: break
        }
        world.network.everywhere { $0.isCut = false }
        for node in world.directors {
            node.filtersVRRP = false
            node.powerOn()
            node.start()
        }
    }

    /// What the cause may cost.
    private var bounds: (shared: Interval, ownerless: Interval) {
        let slack = Self.slack
        return switch scenario {
        case .deafBackup, .cutLan, .keyMismatch, .filter, .stoppedProcess: (length + interval + slack, slack)
        case .deafActive, .lateScheduling: (.zero, .zero)
        // Gone while it stands still; then it keeps its addresses until it hears its successor.
        case .frozenMachine: (interval + slack, down + slack)
        case .clockStep, .stolenAddresses: (interval + slack, slack)
        case .killedAndBack: (Self.restart + interval + slack, slack)
        case .killedForGood: (Self.release + slack, down + slack)
        case .powerLoss: (slack, down + slack)
        case .bootWithReload: (interval + slack, down * 2 + .milliseconds(500))
        }
    }
}
