import DirectorCore
import Primitives
import VRRP

/// Two elections with a group of two routers on two links, and both links between them; one seed draws what gets lost.
final class GroupPair {
    /// What tells one pair from another.
    struct Setup {
        /// Whether the first director has the greater address on one link and the lesser one on the other.
        var isCrossed = true
        /// Whether the first director's greater address is on the first link or on the second one.
        var isReversed = false
        /// Whether the routers are a group.
        var isGroup = true
        /// Preempt_Mode.
        var preempts = true
        /// The priorities of the first director and of the second one, by link.
        var priorities: [[UInt8]] = [[100, 100], [100, 100]]
        /// The VRIDs by link.
        var identifiers: [UInt8] = [51, 52]
    }

    /// A director.
    final class Node {
        var core = ElectionCore()
        var demand: AddressDemand?
        var held: [AddressReport.HeldAddress] = []
    }

    static let links = ["eth0", "eth1"]

    let nodes = [Node(), Node()]
    let setup: Setup
    var now = MonotonicInstant(nanoseconds: 1_000_000_000_000)
    /// The links on which nothing passes.
    var cut: Set<String> = []
    /// The share of lost advertisements, in percent.
    var loss = 0
    /// How many advertisements of priority 0 are lost from now on.
    var lostResignations = 0
    private var generator: SeededGenerator
    private var queue: [(at: MonotonicInstant, order: Int, action: () -> Void)] = []
    private var posted = 0

    init(_ setup: Setup, seed: UInt64 = 1) {
        self.setup = setup
        generator = SeededGenerator(seed: seed)
    }

    /// What the operator has configured on a director.
    func settings(_ index: Int) -> [VirtualRouterSettings] {
        Self.links.indices.map { link in
            var settings = Bench.settings(
                link == 0 ? "lan" : "wan",
                identifier: setup.identifiers[link],
                priority: setup.priorities[index][link],
                addresses: [link == 0 ? "192.0.2.100/24" : "198.51.100.100/24"]
            )
            settings.interface = Self.links[link]
            settings.preemptMode = setup.preempts
            settings.syncGroup = setup.isGroup ? "site" : nil
            return settings
        }
    }

    private func address(_ index: Int, _ link: Int) -> IPv4Address {
        let isFirst = (index == 0) != setup.isReversed
        let isGreater = isFirst != (setup.isCrossed && link == 1)
        let host: UInt8 = isGreater ? 3 : 2
        return link == 0 ? IPv4Address(192, 0, 2, host) : IPv4Address(198, 51, 100, host)
    }

    /// Starts both at the same moment.
    func start() {
        for index in nodes.indices { start(index) }
    }

    /// Starts one.
    func start(_ index: Int) {
        give(.started(ElectionSettings(routers: settings(index))), to: index)
    }

    /// Hands an event to a director and does what it wants.
    func give(_ event: ElectionEvent, to index: Int) {
        for effect in nodes[index].core.handle(event, at: now) { execute(effect, of: index) }
    }

    private func after(_ interval: Interval, _ action: @escaping () -> Void) {
        posted += 1
        queue.append((now + interval, posted, action))
    }

    private func execute(_ effect: ElectionEffect, of index: Int) {
        switch effect {
        case .sendAdvertisement(let interface, let source, let destination, let payload, _, _):
            guard !cut.contains(interface), Int.random(in: 0..<100, using: &generator) >= loss else { return }
            if lostResignations > 0, [effect].priorities == [0] {
                lostResignations -= 1
                return
            }
            after(.microseconds(200)) { [self] in
                let packet = ReceivedPacket(
                    interface: interface,
                    payload: payload,
                    source: source,
                    destination: destination,
                    timeToLive: 255,
                    receivedAt: now
                )
                give(.packetReceived(packet), to: 1 - index)
            }
        case .demandAddresses(let demand):
            nodes[index].demand = demand
            after(.milliseconds(1)) { [self] in look(index) }
        case .publish, .sendFrame, .stopped, .suspended: break
        }
    }

    private func look(_ index: Int) {
        let node = nodes[index]
        guard let demand = node.demand else { return }
        for entry in demand.entries where entry.disposition != .asFound {
            node.held.removeAll { $0.address == entry.prefix.address }
            if entry.disposition == .present {
                node.held.append(.init(interface: entry.interface, address: entry.prefix.address))
            }
        }
        let interfaces = Self.links.indices.map { link in
            AddressReport.Interface(
                name: Self.links[link],
                index: Int32(link + 2),
                mac: MACAddress(rawValue: 0x0200_5e10_0000 + UInt64(index * 16 + link)),
                primaryIPv4: address(index, link)
            )
        }
        let report = AddressReport(generation: demand.generation, interfaces: interfaces, held: node.held)
        give(.addressesReported(report), to: index)
    }

    /// Lets so much time pass.
    func run(_ length: Interval) {
        let end = now + length
        while step(until: end) {}
        now = end
    }

    /// Lets the next thing happen, unless nothing does until then.
    private func step(until end: MonotonicInstant) -> Bool {
        let message = queue.enumerated().min { ($0.element.at, $0.element.order) < ($1.element.at, $1.element.order) }
        let due = nodes.indices.compactMap { index -> (MonotonicInstant, Int)? in
            guard let deadline = nodes[index].core.deadline else { return nil }
            return (max(deadline, now), index)
        }
        let timer = due.min { $0 < $1 }
        // What comes in when a timer is due comes in first.
        if let message, message.element.at <= timer?.0 ?? message.element.at {
            guard message.element.at <= end else { return false }
            queue.remove(at: message.offset)
            now = max(now, message.element.at)
            message.element.action()
            return true
        }
        guard let timer, timer.0 <= end else { return false }
        now = timer.0
        give(.deadlineReached, to: timer.1)
        return true
    }

    /// The states of a director's routers.
    func states(_ index: Int) -> [VirtualRouter.StateName] { report(index).map(\.state) }

    /// How often a director's routers have become Active, together.
    func changes(_ index: Int) -> UInt64 { report(index).map(\.statistics.becameActive).reduce(0, +) }

    /// Why a director's routers are in their states.
    func reasons(_ index: Int) -> [TransitionReason] { report(index).map(\.reason) }

    private func report(_ index: Int) -> [ElectionReport.Router] { nodes[index].core.report(at: now).routers }

    /// The director that has the whole group while the other one has nothing of it.
    var owner: Int? {
        nodes.indices.first { index in
            states(index).allSatisfy { $0 == .active } && states(1 - index).allSatisfy { $0 == .backup }
        }
    }
}
