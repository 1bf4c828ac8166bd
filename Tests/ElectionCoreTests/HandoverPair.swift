import DirectorCore
import Primitives
import VRRP

/// Two elections, the network between them, and a plain agreement about a handover over a link that may lose, delay and
/// repeat its messages; one seed draws everything.
final class HandoverPair {
    /// What may go wrong.
    struct Faults {
        /// The share of lost messages of the agreement, in percent.
        var loss = 0
        /// The share of repeated ones.
        var repetition = 0
        /// The longest that a message of the agreement takes.
        var delay = Interval.milliseconds(5)
        /// Whether the one that hands over may change its mind.
        var cancels = false
        /// Whether one of the two may die.
        var crashes = false
    }

    /// A director.
    final class Node {
        var core = ElectionCore()
        var isAlive = true
        var held: Set<IPAddress> = []
        var demand: AddressDemand?
        var report: ElectionReport?
        /// The handover that it takes part in, so that a late answer to an earlier one counts for nothing.
        var handover = 0
        /// The last handover that it has acknowledged.
        var acknowledged = 0
    }

    /// What the checks found.
    struct Outcome: Hashable {
        var longestGap = Interval.zero
        var longestOverlap = Interval.zero
        var handovers = 0
    }

    static let patience = Interval.milliseconds(1_500)
    static let vip = IPAddress.v4(IPv4Address(192, 0, 2, 100))

    let nodes = [Node(), Node()]
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    var outcome = Outcome()
    private let faults: Faults
    private var generator: SeededGenerator
    private var queue: [(at: MonotonicInstant, order: Int, action: () -> Void)] = []
    private var posted = 0
    private var agreedUntil: MonotonicInstant
    private var gapSince: MonotonicInstant?
    private var overlapSince: MonotonicInstant?

    init(seed: UInt64, _ faults: Faults) {
        self.faults = faults
        generator = SeededGenerator(seed: seed)
        agreedUntil = now
    }

    private func address(_ index: Int) -> IPv4Address { IPv4Address(192, 0, 2, UInt8(2 + index)) }

    private func draw(_ bound: Interval) -> Interval {
        .nanoseconds(Int64.random(in: 0...bound.nanoseconds, using: &generator))
    }

    private func happens(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }

    private func after(_ interval: Interval, _ action: @escaping () -> Void) {
        posted += 1
        queue.append((now + interval, posted, action))
    }

    private func start(_ index: Int) {
        let node = nodes[index]
        node.core = ElectionCore()
        node.isAlive = true
        node.demand = nil
        let settings = Bench.settings(priority: index == 0 ? 150 : 100)
        give(.preemptionDeferred(true), to: index)
        give(.started(ElectionSettings(routers: [settings])), to: index)
    }

    /// Hands an event to a node and does what it wants.
    private func give(_ event: ElectionEvent, to index: Int) {
        let node = nodes[index]
        guard node.isAlive else { return }
        for effect in node.core.handle(event, at: now) { execute(effect, of: index) }
        acknowledge(index)
    }

    private func execute(_ effect: ElectionEffect, of index: Int) {
        let node = nodes[index]
        switch effect {
        case .sendAdvertisement(_, let source, let destination, let payload, _, _):
            after(.microseconds(100) + draw(.milliseconds(2))) { [self] in
                let packet = ReceivedPacket(
                    interface: "eth0",
                    payload: payload,
                    source: source,
                    destination: destination,
                    timeToLive: 255,
                    receivedAt: now
                )
                give(.packetReceived(packet), to: 1 - index)
            }
        case .demandAddresses(let demand):
            node.demand = demand
            after(draw(.milliseconds(4))) { [self] in
                guard node.isAlive, let demand = node.demand else { return }
                switch demand.entries.first?.disposition {
                case .present: node.held = [Self.vip]
                case .asFound, nil: break
                case .absent, .unclaimed, .lingering: node.held = []
                }
                look(index)
            }
        case .publish(let report): node.report = report
        case .sendFrame, .stopped, .suspended: break
        }
    }

    private func look(_ index: Int) {
        var interface = AddressReport.Interface(name: "eth0", index: 2, mac: Bench.mac)
        interface.primaryIPv4 = address(index)
        let held = nodes[index].held.map { AddressReport.HeldAddress(interface: "eth0", address: $0) }
        give(
            .addressesReported(
                AddressReport(
                    generation: nodes[index].demand?.generation ?? 0,
                    interfaces: [interface],
                    held: held
                )
            ),
            to: index
        )
    }

    // MARK: The agreement.

    private func say(_ action: @escaping () -> Void) {
        for _ in 0..<(happens(faults.repetition) ? 2 : 1) where !happens(faults.loss) {
            after(.microseconds(200) + draw(faults.delay), action)
        }
    }

    /// The Active one hands over to the other.
    func handOver() {
        guard let index = nodes.indices.first(where: { isOwner($0) }), nodes[1 - index].isAlive else { return }
        outcome.handovers += 1
        let number = outcome.handovers
        let until = now + Self.patience
        // The successor leaves the other alone for a little longer: a last advertisement may still be under way when that
        // one lets go.
        let end = until + .milliseconds(20)
        agreedUntil = end
        nodes[index].handover = number
        give(.handOver(routers: ["lan"], until: until), to: index)
        say { [self] in
            guard nodes[1 - index].isAlive, nodes[1 - index].handover < number else { return }
            nodes[1 - index].handover = number
            give(.takeOver(routers: ["lan"], until: end), to: 1 - index)
        }
        guard faults.cancels, happens(30) else { return }
        after(draw(Self.patience)) { [self] in
            guard nodes[index].handover == number, isOwner(index) else { return }
            nodes[index].handover = 0
            give(.cancelHandOver(routers: ["lan"]), to: index)
            say { [self] in
                guard nodes[1 - index].handover == number else { return }
                give(.cancelHandOver(routers: ["lan"]), to: 1 - index)
            }
        }
    }

    private func acknowledge(_ index: Int) {
        let node = nodes[index]
        guard let router = node.report?.routers.first, router.isAnnounced, node.acknowledged < node.handover else {
            return
        }
        guard case .takingOver = router.handover else { return }
        let number = node.handover
        node.acknowledged = number
        say { [self] in
            guard nodes[1 - index].handover == number else { return }
            give(.letGo(routers: ["lan"]), to: 1 - index)
        }
    }

    private func crash(_ index: Int) {
        guard nodes[index].isAlive, nodes[1 - index].isAlive else { return }
        nodes[index].isAlive = false
        nodes[index].report = nil
        nodes[index].handover = 0
        if happens(50) { nodes[index].held = [] }
        after(draw(.seconds(3))) { [self] in start(index) }
    }

    // MARK: The run.

    func isOwner(_ index: Int) -> Bool {
        nodes[index].isAlive && nodes[index].report?.routers.first?.state == .active
    }

    /// Lets so much time pass, with handovers and faults in it.
    func run(_ length: Interval) -> Outcome {
        for index in nodes.indices { start(index) }
        let begin = now
        var at = Interval.seconds(2)
        while at < length - .seconds(4) {
            after(at) { [self] in handOver() }
            if faults.crashes, happens(40) {
                let victim = Int.random(in: 0...1, using: &generator)
                after(at + draw(.seconds(2))) { [self] in crash(victim) }
            }
            at = at + .seconds(1) + draw(.seconds(4))
        }
        while now < begin + length {
            step()
            judge(settled: now > begin + .seconds(2))
        }
        return outcome
    }

    private func step() {
        let message = queue.enumerated().min { ($0.element.at, $0.element.order) < ($1.element.at, $1.element.order) }
        let due = nodes.indices.compactMap { index -> (MonotonicInstant, Int)? in
            guard nodes[index].isAlive, let deadline = nodes[index].core.deadline else { return nil }
            return (max(deadline, now), index)
        }
        let timer = due.min { $0 < $1 }
        if let timer, timer.0 <= message?.element.at ?? timer.0 {
            now = timer.0
            give(.deadlineReached, to: timer.1)
        } else if let message {
            queue.remove(at: message.offset)
            now = max(now, message.element.at)
            message.element.action()
        } else {
            now = now + .milliseconds(1)
        }
    }

    private func judge(settled: Bool) {
        let owners = nodes.indices.filter { isOwner($0) }.count
        if owners == 0, settled {
            gapSince = gapSince ?? now
            outcome.longestGap = max(outcome.longestGap, now - (gapSince ?? now))
        } else {
            gapSince = nil
        }
        if owners == 2 {
            overlapSince = overlapSince ?? now
            let since = max(overlapSince ?? now, agreedUntil)
            if now > since { outcome.longestOverlap = max(outcome.longestOverlap, now - since) }
        } else {
            overlapSince = nil
        }
    }
}
