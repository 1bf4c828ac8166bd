import Health
import PeerProtocol
import Primitives
import VRRP

/// The part of the one who takes over.
extension PeerCore {
    /// The peer offers routers that it holds.
    mutating func takeOffer(_ message: HandoverMessage, at now: MonotonicInstant) {
        var deal = Deal(
            identifier: message.identifier,
            cause: message.cause,
            routers: message.routers,
            isForced: message.isForced,
            until: now + min(max(message.patience, .milliseconds(100)), Self.handoverPatience),
        )
        var refusals = Set(obstacles(to: message.routers))
        if message.isForced { refusals = refusals.filter { !$0.yieldsToForce } }
        switch handover {
        case .idle: break
        case .requesting(let asked):
            // Whatever this director has asked for, this is the answer, or more urgent.
            if asked.identifier == message.identifier {
                deal.token = asked.token
            } else if let token = asked.token {
                effects.append(.answer(token: token, succeeded: false, "the peer has begun a handover itself"))
            }
        case .preparing, .offering, .taking, .taken: refusals.insert(.busy)
        }
        guard refusals.isEmpty else {
            say(.refused, deal, refusals: refusals.sorted())
            if case .requesting(let asked) = handover, asked.identifier == message.identifier {
                fail(refusals.sorted(), at: now)
            }
            return
        }
        handover = .taking(deal)
        // Longer than the holder's patience: this one must not contend while the other still waits.
        effects.append(.election(.takeOver(routers: deal.routers, until: deal.until + Self.successionGrace)))
        say(.accepted, deal)
        log(.handover(deal.routers), from: "", to: "taking over", .handoverBegun, "\(deal.cause)", .info)
    }

    /// Why this director should not take over now.
    func obstacles(to routers: [String]) -> [HandoverRefusal] {
        var obstacles: Set<HandoverRefusal> = []
        if stop != .running { obstacles.insert(.stopping) }
        if hasOtherConfiguration { obstacles.insert(.configurationDiffers) }
        if !readiness.isHealthKnown { obstacles.insert(.healthUnknown) }
        if !readiness.isKernelConverged { obstacles.insert(.kernelNotConverged) }
        if !readiness.isSyncCaughtUp { obstacles.insert(.syncNotCaughtUp) }
        if routers.isEmpty { obstacles.insert(.unknownRouter) }
        for name in routers {
            guard let router = election?.routers.first(where: { $0.name == name }) else {
                obstacles.insert(.unknownRouter)
                continue
            }
            if router.state == .initialize { obstacles.insert(.interfaceUnusable) }
        }
        return obstacles.sorted()
    }

    /// Acknowledges as soon as the election serves all of it.
    mutating func advanceTaking(_ deal: Deal, at now: MonotonicInstant) {
        let routers = (election?.routers ?? []).filter { deal.routers.contains($0.name) }
        if routers.contains(where: { $0.state == .initialize }) || routers.count != deal.routers.count {
            say(.refused, deal, refusals: [.interfaceUnusable])
            fail([.interfaceUnusable], at: now)
            return
        }
        guard routers.allSatisfy(\.isAnnounced) else { return }
        var acknowledged = deal
        acknowledged.until = now + Self.acceptancePatience
        handover = .taken(acknowledged)
        say(.taken, deal)
    }

    /// The peer has let go, or had time enough to.
    mutating func finishSuccession(_ deal: Deal, at now: MonotonicInstant) {
        if deal.cause == .operatorsChoice {
            pinned.formUnion(deal.routers)
        } else {
            pinned.subtract(deal.routers)
        }
        yielded.subtract(deal.routers)
        let until = now + Self.settlingTime
        effects.append(.election(.concludeTakeOver(routers: deal.routers, until: until)))
        succeed(deal, .takenOver, "\(settings?.directorName ?? "") has taken over", at: now)
    }

    /// Takes from the peer what operators chose: a process that is new does not know it, and the other one does.
    mutating func learnChoices() {
        let mine = Set(activeRouters)
        let known = Set((election?.routers ?? []).map(\.name))
        for router in peerState?.routers ?? [] where router.isChosen && known.contains(router.name) {
            switch (router.state == .active, mine.contains(router.name)) {
            case (true, false): yielded.insert(router.name)
            case (false, true): pinned.insert(router.name)
            case (true, true), (false, false): break  // Nobody else has it, or who has it is not settled.
            }
        }
    }

    /// An operator's choice ends with the director that it chose.
    mutating func forgetChoices() {
        let mine = Set(activeRouters)
        pinned.formIntersection(mine)
        yielded.subtract(mine)
    }

    /// Asks for what this director should have by its priority, once it could serve.
    mutating func requestPreemption(at now: MonotonicInstant) {
        guard stop == .running, handover == .idle, now >= preemptionAt, let settings, let state = peerState,
            !state.isStopping
        else { return }
        let outranked = settings.routers.filter { router in
            guard let own = election?.routers.first(where: { $0.name == router.name }), own.state == .backup,
                let other = state.router(router.name)
            else { return false }
            return other.state == .active && other.priority < own.priority
        }
        let known = outrankedSince
        outrankedSince = Dictionary(outranked.map { ($0.name, known[$0.name] ?? now) }) { first, _ in first }
        // The delay counts from when this director is the better one, as it does without a link.
        let qualified = outranked.filter { router in
            router.preemptMode && !yielded.contains(router.name)
                && now >= (outrankedSince[router.name] ?? now) + router.preemptDelay
        }.map(\.name)
        // A synchronization group moves whole.
        let mineThen = Set(activeRouters + qualified)
        let names = qualified.filter { group(of: $0).isSubset(of: mineThen) }
        guard !names.isEmpty, obstacles(to: names).isEmpty else { return }
        request(deal(.preemption, names, at: now), at: now)
    }

    /// The virtual routers that have to be where this one is, itself among them.
    func group(of name: String) -> Set<String> {
        let routers = settings?.routers ?? []
        guard let group = routers.first(where: { $0.name == name })?.syncGroup else { return [name] }
        return Set(routers.filter { $0.syncGroup == group }.map(\.name)).union([name])
    }

    /// What an operator asks for: whoever holds the routers, the other one takes over.
    mutating func failOver(_ request: FailoverRequest, at now: MonotonicInstant) {
        func refuse(_ text: String) {
            effects.append(.answer(token: request.token, succeeded: false, text))
        }
        guard let peer = settings?.peer else { return refuse("no other director is configured (key \"peer\")") }
        guard stop == .running else { return refuse("the director is stopping") }
        guard let state = peerState else {
            return refuse("there is no link to \(peer.name)" + (linkEvidence.isEmpty ? "" : ": \(linkEvidence)"))
        }
        if case .requesting(let deal) = handover, deal.cause == .preemption {
            say(.cancelled, deal)
            handover = .idle
        }
        guard handover == .idle else { return refuse("another handover is under way") }
        // The owner of addresses keeps them, so that a successor would only be a second one.
        let owned = ownedRouters + state.routers.filter { $0.priority == 255 }.map(\.name)
        if let name = request.router, owned.contains(name) {
            return refuse("the owner of the addresses of \"\(name)\" (priority 255) does not hand them over")
        }
        let mine = activeRouters.filter { !owned.contains($0) }
        let known = Set((election?.routers ?? []).map(\.name)).subtracting(owned)
        let theirs = state.routers.filter { $0.state == .active && known.contains($0.name) }.map(\.name)
        var deal = deal(.operatorsChoice, [], at: now)
        deal.isForced = request.isForced
        deal.token = request.token
        if let name = request.router {
            guard known.contains(name) else { return refuse("there is no virtual router \"\(name)\"") }
            let group = group(of: name)
            deal.routers = mine.filter(group.contains)
            if mine.contains(name) { return prepare(deal, at: now) }
            deal.routers = theirs.filter(group.contains).sorted()
            guard theirs.contains(name) else { return refuse("neither director is active for \"\(name)\"") }
            self.request(deal, at: now)
        } else if !mine.isEmpty {
            deal.routers = mine
            prepare(deal, at: now)
        } else if !theirs.isEmpty {
            deal.routers = theirs.sorted()
            self.request(deal, at: now)
        } else {
            refuse("neither director is active for any virtual router")
        }
    }
}
