import DirectorCore
import Primitives
import VRRP

/// Watches the two elections from outside: what goes over the wire, what is in the kernels, what is published.
final class ElectionChecker {
    /// What is known of one director's part in one virtual router.
    struct Watch {
        var state = VirtualRouter.StateName.initialize
        var reason = TransitionReason.started
        /// When it sent its last advertisement while Active, in the world's time.
        var lastSent: MonotonicInstant?
        /// The last advertisement that keeps a Backup where it is: when, in the machine's time, and its interval.
        var lastHeard: (at: MonotonicInstant, interval: Interval)?
        /// Whether priority 0 was heard after that.
        var heardResignation = false
        /// When settings or lateness changed what counts.
        var excusedUntil: MonotonicInstant?
        /// What is agreed with the other director.
        var handover = VirtualRouter.Handover.none
        /// Since when a Backup that heard an Active Router has had an address in its kernel.
        var holdsWrongly: MonotonicInstant?
    }

    unowned let world: Simulation
    var watches: [[RouterKey: Watch]] = [[:], [:]]
    /// The settings that each director's election was told last.
    private var told: [ElectionSettings?] = [nil, nil]
    /// What the directors said about trouble, in the words of their reports.
    private(set) var names: Set<String> = []
    var overlapSince: [RouterKey: MonotonicInstant] = [:]
    var obstacleAt = MonotonicInstant(nanoseconds: 0)
    /// The longest interval that each director was taught since its process started.
    private(set) var longestHeard = [Interval.zero, Interval.zero]
    /// Until when an interval that a director was taught may keep it from taking over.
    private(set) var patientUntil = MonotonicInstant(nanoseconds: 0)
    /// Since when each director could take over, or its machine is silent.
    var settledSince: [MonotonicInstant?] = [nil, nil]
    /// Which directors could take over at the last look.
    var couldTakeOver: Set<Int> = []

    /// The most that one event may cause.
    private static let effectLimit = 32
    /// How long a thread, a mailbox and a wake-up may take together.
    static let slack = Interval.milliseconds(20)
    private static let grid = Interval.milliseconds(20)

    init(world: Simulation) {
        self.world = world
    }

    /// The state that a director last published for a router.
    func state(_ director: Int, _ key: RouterKey) -> VirtualRouter.StateName {
        watches[director][key]?.state ?? .initialize
    }

    func processStarted(_ node: DirectorNode) {
        processEnded(node)
        longestHeard[node.index] = .zero
    }

    func processEnded(_ node: DirectorNode) {
        watches[node.index] = [:]
        told[node.index] = nil
    }

    /// Looks at what cannot be tied to an event, again and again.
    func live() {
        for node in world.directors { checkHoldings(node) }
        checkOverlap()
        checkLost()
        world.after(Self.grid) { [self] in live() }
    }

    // MARK: Every event.

    func handled(_ event: ElectionEvent, _ effects: [ElectionEffect], by node: DirectorNode) {
        if effects.count > Self.effectLimit {
            world.fail(.safety, .boundedEffects, "\(node.name): \(effects.count) effects of \(event)")
        }
        let before = watches[node.index]
        switch event {
        case .started(let settings), .configurationReplaced(let settings): told[node.index] = settings
        default: break
        }
        if case .configurationReplaced = event { excuse(node) }
        if case .packetReceived(let packet) = event, packet.path == .rawSocket { hear(packet, node) }
        var sent: [(RouterKey, Advertisement)] = []
        var announced = false
        for effect in effects {
            switch effect {
            case .sendAdvertisement(_, let source, let destination, let payload, _, _):
                guard let decoded = try? Advertisement.decode(payload[...], from: source, to: destination) else {
                    return world.fail(.safety, .silentUnlessActive, "\(node.name) sends what nobody can read")
                }
                let key = RouterKey(
                    virtualRouterIdentifier: decoded.advertisement.virtualRouterIdentifier,
                    family: source.family
                )
                sent.append((key, decoded.advertisement))
            case .sendFrame: announced = true
            case .publish(let report): take(report, node)
            case .demandAddresses, .stopped, .suspended: break
            }
        }
        for (key, advertisement) in sent { judge(advertisement, key, before[key], node) }
        let wasActive = before.values.contains { $0.state == .active }
        if announced, !wasActive, !watches[node.index].values.contains(where: { $0.state == .active }) {
            world.fail(.safety, .silentUnlessActive, "\(node.name) announces an address without being Active")
        }
        if case .packetReceived(let packet) = event, packet.path == .rawSocket { mustYield(to: packet, before, node) }
    }

    /// The settings that a director's election goes by: what the file says, once it has read them.
    func settings(_ node: DirectorNode, _ key: RouterKey) -> VirtualRouterSettings? {
        (told[node.index] ?? node.election).routers.first { $0.key == key }
    }

    private func excuse(_ node: DirectorNode) {
        for key in watches[node.index].keys {
            watches[node.index][key]?.excusedUntil = world.now + .seconds(1)
            watches[node.index][key]?.lastHeard = nil
            watches[node.index][key]?.lastSent = nil
        }
    }

    /// The router and the advertisement of a message that a director is bound to respect.
    private func read(
        _ packet: ReceivedPacket,
        _ node: DirectorNode,
    ) -> (VirtualRouterSettings, Advertisement)? {
        guard packet.timeToLive == 255,
            let decoded = try? Advertisement.decode(packet.payload[...], from: packet.source, to: packet.destination)
        else { return nil }
        let key = RouterKey(
            virtualRouterIdentifier: decoded.advertisement.virtualRouterIdentifier,
            family: packet.source.family
        )
        guard let settings = settings(node, key), decoded.advertisement.form.version == settings.version else {
            return nil
        }
        if case .version2(_, let authentication) = decoded.advertisement.form {
            guard authentication == settings.authentication else { return nil }
        }
        return (settings, decoded.advertisement)
    }

    private func hear(_ packet: ReceivedPacket, _ node: DirectorNode) {
        guard let (settings, advertisement) = read(packet, node) else { return }
        var watch = watches[node.index][settings.key] ?? Watch()
        defer { watches[node.index][settings.key] = watch }
        guard advertisement.priority > 0 else {
            watch.heardResignation = true
            return
        }
        patientUntil = max(patientUntil, world.now + advertisement.interval * 4)
        let preempts = settings.preemptMode || settings.isAddressOwner
        guard !preempts || advertisement.priority >= settings.priority else { return }
        watch.lastHeard = (packet.receivedAt, advertisement.interval)
        longestHeard[node.index] = max(longestHeard[node.index], advertisement.interval)
        watch.heardResignation = false
    }

    /// RFC 9568 section 6.4.3: an Active Router that hears its better steps back at once.
    private func mustYield(
        to packet: ReceivedPacket,
        _ before: [RouterKey: Watch],
        _ node: DirectorNode,
    ) {
        guard let (settings, advertisement) = read(packet, node), advertisement.priority > 0 else { return }
        guard let was = before[settings.key], was.state == .active, !isExcused(was) else { return }
        // By agreement both are Active for a while.
        guard was.handover == .none else { return }
        let own: IPAddress = settings.family == .ipv4 ? .v4(Lan.address(node.index)) : .v6(Lan.linkLocal(node.index))
        let isBetter =
            advertisement.priority > settings.priority
            || advertisement.priority == settings.priority && packet.source > own
        guard isBetter, state(node.index, settings.key) == .active else { return }
        world.fail(
            .safety,
            .oneHolder,
            "\(node.name) stays Active for \(settings.name) with priority \(settings.priority) although it hears "
                + "\(packet.source) with \(advertisement.priority)"
        )
    }

    private func isExcused(_ watch: Watch) -> Bool { watch.excusedUntil.map { world.now < $0 } ?? false }

    private func judge(
        _ advertisement: Advertisement,
        _ key: RouterKey,
        _ before: Watch?,
        _ node: DirectorNode,
    ) {
        let after = watches[node.index][key]
        guard advertisement.priority > 0 else {
            let reason = after?.reason
            let isStop = reason == .stopRequested || reason == .removed || reason == .interfaceUnusable || after == nil
            if !isStop {
                world.fail(.safety, .resignOnlyAtStop, "\(node.name) resigns while \(String(describing: reason))")
            }
            return
        }
        guard before?.state == .active || after?.state == .active else {
            return world.fail(.safety, .silentUnlessActive, "\(node.name) advertises without being Active")
        }
        if let last = before?.lastSent, let interval = settings(node, key)?.advertisementInterval,
            before?.state == .active, node.process.map({ last > $0.electionLoop.resumedAt }) ?? false
        {
            let gap = world.now - last
            let allowed = node.clock.world(node.clock.local(last) + interval) - last
            // Twice: a packet that comes when it is due already may have the timer set anew.
            if gap > allowed + world.timerLateness * 2 + .microseconds(10) {
                world.fail(.safety, .cadence, "\(node.name) was silent for \(gap)")
            }
        }
        watches[node.index][key]?.lastSent = world.now
    }

    private func take(_ report: ElectionReport, _ node: DirectorNode) {
        var next: [RouterKey: Watch] = [:]
        for router in report.routers {
            let key = router.key
            var watch = watches[node.index][key] ?? Watch()
            if watch.state != .active, router.state == .active { checkTakeover(watch, router, key, node) }
            if router.state != .active { watch.lastSent = nil }
            // After its startup a router goes by its own interval again (RFC 9568 section 6.4.1).
            if router.state == .initialize { watch.lastHeard = nil }
            watch.state = router.state
            watch.reason = router.reason
            watch.handover = router.handover
            next[key] = watch
            note(router)
        }
        watches[node.index] = next
    }

    private func note(_ router: ElectionReport.Router) {
        for finding in router.findings { names.insert(String("\(finding)".prefix { $0 != "(" })) }
        for (cause, _) in router.statistics.rejections.occurred { names.insert("\(cause)") }
        if router.statistics.resumedLate > 0 { names.insert("resumedLate") }
        if router.statistics.lowerPriorityHeardWhileActive > 0 { names.insert("lowerPriorityHeardWhileActive") }
    }

    /// A Backup takes over only when the Active Router was silent for long enough, or gave up, or is its lesser.
    private func checkTakeover(
        _ watch: Watch,
        _ router: ElectionReport.Router,
        _ key: RouterKey,
        _ node: DirectorNode,
    ) {
        guard let heard = watch.lastHeard, !watch.heardResignation, !isExcused(watch) else { return }
        // The Active Router has asked for it, or this one was it before a planned restart.
        guard router.reason != .handover, router.reason != .restarted else { return }
        guard let settings = settings(node, key), !settings.isAddressOwner else { return }
        let silence = node.clock.local(world.now) - heard.at
        guard silence < heard.interval * 3 else { return }
        world.fail(
            .safety,
            .takeoverNeedsSilence,
            "\(node.name) becomes Active for \(router.name) (\(router.reason)) \(silence) after it heard the Active Router"
        )
    }
}
