import DirectorCore
import Health
import Primitives
import VRRP

/// What one seed drew: the cluster, its network and how much goes wrong.
struct Options {
    /// What each director's file says about the election.
    var elections: [ElectionSettings]
    /// The clocks of all machines.
    var clocks: [NodeClock]
    /// How the network is while faults are about.
    var network = Network.Direction()
    /// How long netlink takes.
    var netlinkDelay = Interval.microseconds(50)...Interval.milliseconds(3)
    /// How many of a thousand netlink changes are interrupted.
    var netlinkFailures = 0
    /// How late timers fire.
    var timerLateness: Interval
    /// How long faults are about.
    var safetyPhase: Interval
    /// How many faults there are.
    var faults: Int
    /// How many times the health of a web node is in trouble; in every other world.
    var healthFaults = 0
    /// When the services fail open, if they do.
    var failOpen: FailOpen.Settings?
    /// How many web nodes there are.
    var realServers: Int
    /// Which of them has no agent, if one has none.
    var withoutAgent: Int?
    /// The services' probes.
    var probe = ProbeSettings()
    /// The agents' heartbeats.
    var heartbeatInterval: Interval
    /// How many services there are.
    var services: Int
    /// Whether the directors have a link to each other, and whether it is on a path of its own.
    var hasPeerLink: Bool
    var hasPeerPath: Bool

    /// Draws everything.
    init(seed: UInt64) {
        var dice = Dice(seed: seed, stream: 2)
        let isVersion2 = dice.happens(perMille: 80)
        let intervals: [Int64] = [100, 100, 100, 200, 500, 1000, 50]
        let interval: Interval = isVersion2 ? .seconds(1) : .milliseconds(dice.pick(intervals))
        let priorities: [[UInt8]] = [[110, 100], [110, 100], [100, 110], [254, 1], [100, 100], [255, 100]]
        let chosen = dice.pick(priorities)
        let preempts = !dice.happens(perMille: 200)
        let hasSecond = dice.happens(perMille: 300)
        let isIPv6 = !isVersion2 && dice.happens(perMille: 400)
        let count = dice.number(1...2)
        let isWide = dice.happens(perMille: 400)
        let form: ChecksumForm = dice.happens(perMille: 200) ? .messageOnly : .pseudoHeader
        elections = chosen.indices.map { director in
            var first = VirtualRouterSettings(
                name: "web",
                virtualRouterIdentifier: 51,
                interface: Lan.interface,
                addresses: (0..<count).map { isWide ? Lan.wide(Lan.virtual($0)) : Prefix(host: Lan.virtual($0)) }
            )
            first.priority = chosen[director]
            first.advertisementInterval = interval
            first.preemptMode = preempts
            first.version = isVersion2 ? .version2 : .version3
            first.authentication = isVersion2 ? Authentication(password: "secret") ?? .none : .none
            first.checksumForm = form
            guard hasSecond else { return ElectionSettings(routers: [first]) }
            var second = first
            second.name = "mail"
            second.virtualRouterIdentifier = isIPv6 ? 51 : 52
            // Active on the other director, as sites do that use both.
            second.priority = chosen[1 - director]
            second.addresses =
                isIPv6
                ? [Prefix(host: Lan.virtualIPv6(0)), Prefix(host: Lan.virtualIPv6(1))]
                : [Prefix(host: Lan.virtual(10))]
            return ElectionSettings(routers: [first, second])
        }
        // As quartz does it, or as badly as a virtual machine's clock under a wrong time source.
        let skew = dice.pick([200, 200, 10_000])
        clocks = (0..<16).map { _ in
            NodeClock(
                offset: dice.interval(.seconds(1)...(.seconds(1_000_000))),
                partsPerMillion: Int64(dice.number(-skew...skew))
            )
        }
        timerLateness = .microseconds(Int64(dice.pick([50, 200, 1000, 3000])))
        network.loss = dice.pick([0, 0, 10, 50, 150, 300])
        network.duplication = dice.pick([0, 10, 100])
        network.reordering = dice.pick([0, 0, 20, 100])
        let longest: Int64 = dice.pick([300, 2000, 20_000])
        network.delay = .microseconds(20)...(.microseconds(longest))
        if dice.happens(perMille: 200) { netlinkDelay = .microseconds(50)...(.milliseconds(70)) }
        netlinkFailures = dice.pick([0, 0, 50])
        safetyPhase = max(.seconds(Int64(dice.number(4...7))), interval * 10)
        faults = dice.number(3...10)
        realServers = dice.pick([1, 2, 2, 3])
        services = dice.pick([1, 1, 2])
        withoutAgent = dice.happens(perMille: 150) ? dice.number(0...(realServers - 1)) : nil
        probe.interval = .milliseconds(dice.pick([200, 500, 1000]))
        probe.timeout = dice.pick([.milliseconds(200), probe.interval])
        heartbeatInterval = .milliseconds(dice.pick([200, 200, 500]))
        hasPeerLink = dice.happens(perMille: 650)
        hasPeerPath = dice.happens(perMille: 400)
        guard seed % 2 == 1 else { return }
        var healthDice = Dice(seed: seed, stream: 7)
        healthFaults = healthDice.number(1...6)
        if healthDice.happens(perMille: 600) {
            let shares = healthDice.pick([(below: 50, until: 60), (below: 34, until: 34), (below: 1, until: 1)])
            failOpen = FailOpen.Settings(below: shares.below, until: shares.until)
        }
    }
}
