import Health
import PeerProtocol
import Primitives
import VRRP

extension PeerCore {
    /// One handover that is under way.
    struct Deal: Hashable, Sendable {
        /// What names it on the link.
        var identifier: UInt64
        /// Why it is wanted.
        var cause: HandoverMessage.Cause
        /// The virtual routers, sorted.
        var routers: [String]
        /// Whether the successor takes over though it is not ready.
        var isForced = false
        /// When it has failed.
        var until: MonotonicInstant
        /// The operator who waits for the outcome.
        var token: UInt64?
    }

    /// How far a handover has come; there is one at a time.
    enum Handover: Hashable, Sendable {
        case idle
        /// The successor has asked for it.
        case requesting(Deal)
        /// The holder tells the successor of its connections, and has offered nothing yet.
        case preparing(Deal)
        /// The holder has offered it, and serves until it is taken.
        case offering(Deal, isAccepted: Bool)
        /// The successor waits for its own election.
        case taking(Deal)
        /// The successor serves, and waits for the holder to let go.
        case taken(Deal)

        var deal: Deal? {
            switch self {
            case .idle: nil
            case .requesting(let deal), .preparing(let deal), .offering(let deal, _), .taking(let deal),
                .taken(let deal):
                deal
            }
        }

        var deadline: MonotonicInstant? {
            switch self {
            case .idle: nil
            case .offering(let deal, false):
                min(deal.until, deal.until - PeerCore.handoverPatience + PeerCore.acceptancePatience)
            case .requesting(let deal), .preparing(let deal), .offering(let deal, true), .taking(let deal),
                .taken(let deal):
                deal.until
            }
        }
    }

    /// The names of the routers for which this director is Active and stays so.
    var activeRouters: [String] {
        (election?.routers ?? []).filter { $0.state == .active && released[$0.name] == nil }.map(\.name).sorted()
    }

    /// The names of the routers whose addresses are this director's own (priority 255, RFC 9568 section 5.2.4).
    var ownedRouters: [String] { (election?.routers ?? []).filter { $0.priority == 255 }.map(\.name) }

    /// Takes the election's picture.
    mutating func take(_ report: ElectionReport, at now: MonotonicInstant) {
        election = report
        let active = Set(report.routers.filter { $0.state == .active }.map(\.name))
        // A word that the election did not obey, because it came too late, is forgotten after a second.
        released = released.filter { active.contains($0.key) && now < $0.value + .seconds(1) }
    }

    /// Begins to hand over: the successor is told of the connections first.
    ///
    /// A client that uses a port again is else forwarded by what the successor remembers of that port's last connection.
    mutating func prepare(_ deal: Deal, at now: MonotonicInstant) {
        var deal = deal
        deal.until = now + Self.preparationPatience
        handover = .preparing(deal)
        let until = deal.until + Self.handoverPatience
        effects.append(.tellConnections(handover: deal.identifier, routers: deal.routers, until: until))
    }

    /// Offers the routers to the peer: from now on this director does not contend for them.
    ///
    /// One that was lost meanwhile keeps none of the others back.
    mutating func offer(_ deal: Deal, at now: MonotonicInstant) {
        var deal = deal
        let active = Set(activeRouters)
        let lost = deal.routers.filter { !active.contains($0) }
        guard lost.count < deal.routers.count else {
            say(.cancelled, deal, refusals: [.notActive])
            return fail([.notActive], at: now)
        }
        deal.routers.removeAll { lost.contains($0) }
        deal.until = now + Self.handoverPatience
        handover = .offering(deal, isAccepted: false)
        effects.append(.election(.handOver(routers: deal.routers, until: deal.until)))
        say(.offer, deal, patience: Self.handoverPatience)
        log(
            .handover(deal.routers),
            from: "",
            to: "offered to \(peerName)",
            .handoverBegun,
            "\(deal.cause)",
            .info,
        )
    }

    /// Asks the peer to hand over.
    mutating func request(_ deal: Deal, at now: MonotonicInstant) {
        handover = .requesting(deal)
        say(.request, deal, patience: deal.until - now)
    }

    /// A fresh deal.
    mutating func deal(_ cause: HandoverMessage.Cause, _ routers: [String], at now: MonotonicInstant) -> Deal {
        nextIdentifier &+= 1
        let until = now + Self.handoverPatience
        return Deal(identifier: nextIdentifier, cause: cause, routers: routers.sorted(), until: until)
    }

    /// Takes one step that the peer announces.
    mutating func take(_ message: HandoverMessage, at now: MonotonicInstant) {
        switch message.step {
        case .request: takeRequest(message, at: now)
        case .offer: takeOffer(message, at: now)
        case .accepted:
            guard case .offering(let deal, _) = handover, deal.identifier == message.identifier else { return }
            handover = .offering(deal, isAccepted: true)
        case .taken:
            guard case .offering(let deal, _) = handover, deal.identifier == message.identifier else { return }
            effects.append(.election(.letGo(routers: deal.routers)))
            say(.released, deal)
            if deal.cause == .operatorsChoice { yielded.formUnion(deal.routers) }
            for name in deal.routers { released[name] = now }
            succeed(deal, .handedOver, "\(peerName) has taken over", at: now)
        case .released:
            guard case .taken(let deal) = handover, deal.identifier == message.identifier else { return }
            finishSuccession(deal, at: now)
        case .refused, .cancelled:
            guard let deal = handover.deal, deal.identifier == message.identifier else { return }
            let refusals = message.refusals.isEmpty ? [HandoverRefusal.other] : message.refusals
            fail(refusals, at: now)
        }
    }

    /// The peer asks for routers that this director holds.
    private mutating func takeRequest(_ message: HandoverMessage, at now: MonotonicInstant) {
        switch handover {
        case .preparing(let deal) where Set(deal.routers).isSuperset(of: message.routers),
            .offering(let deal, _) where Set(deal.routers).isSuperset(of: message.routers):
            return  // The offer is on its way.
        case .idle, .requesting, .preparing, .offering, .taking, .taken: break
        }
        var refusals: Set<HandoverRefusal> = []
        if handover != .idle { refusals.insert(.busy) }
        if stop == .done { refusals.insert(.stopping) }
        if message.routers.isEmpty { refusals.insert(.unknownRouter) }
        for name in message.routers {
            guard let router = election?.routers.first(where: { $0.name == name }) else {
                refusals.insert(.unknownRouter)
                continue
            }
            if router.state != .active { refusals.insert(.notActive) }
            if ownedRouters.contains(name) { refusals.insert(.other) }
            if message.cause == .preemption, pinned.contains(name) { refusals.insert(.operatorsChoice) }
        }
        if !message.isForced, hasOtherConfiguration { refusals.insert(.configurationDiffers) }
        let deal = Deal(
            identifier: message.identifier,
            cause: message.cause,
            routers: message.routers,
            isForced: message.isForced,
            until: now + Self.handoverPatience,
        )
        guard refusals.isEmpty else {
            say(.refused, deal, refusals: refusals.sorted())
            return
        }
        prepare(deal, at: now)
    }

    /// What is due, and what the election's last report has brought.
    mutating func advanceHandover(at now: MonotonicInstant) {
        if case .taking(let deal) = handover { advanceTaking(deal, at: now) }
        guard let deadline = handover.deadline, deadline <= now, let deal = handover.deal else { return }
        if case .preparing = handover { return offer(deal, at: now) }
        if case .taken = handover {
            // Whoever did not let go in time contends by the rules of VRRP.
            finishSuccession(deal, at: now)
            return
        }
        say(.cancelled, deal, refusals: [.timedOut])
        fail([.timedOut], at: now)
    }

    /// Ends the handover that is under way without its success.
    mutating func abandonHandover(_ refusal: HandoverRefusal, at now: MonotonicInstant) {
        guard handover != .idle else { return }
        if case .taken(let deal) = handover {
            // The peer may have let go or not: either way the rules of VRRP find the one who stays.
            effects.append(.election(.cancelHandOver(routers: deal.routers)))
            finishSuccession(deal, at: now)
            return
        }
        fail([refusal], at: now)
    }

    /// Everything is as it was before.
    mutating func fail(_ refusals: [HandoverRefusal], at now: MonotonicInstant) {
        guard let deal = handover.deal else { return }
        switch handover {
        case .idle, .requesting: break
        case .preparing, .offering, .taking, .taken: effects.append(.election(.cancelHandOver(routers: deal.routers)))
        }
        handover = .idle
        lastRefusals = refusals
        let text = refusals.map(\.description).joined(separator: ", ")
        if let token = deal.token {
            effects.append(.answer(token: token, succeeded: false, "\(names(deal)) did not move: \(text)"))
        }
        record(deal, succeeded: false, text, at: now)
        preemptionAt = now + Self.preemptionInterval
        stopOfferFailed(deal, refusals, at: now)
    }

    mutating func succeed(_ deal: Deal, _ reason: Reason, _ text: String, at now: MonotonicInstant) {
        handover = .idle
        if let token = deal.token {
            effects.append(.answer(token: token, succeeded: true, "\(names(deal)): \(text)"))
        }
        record(deal, succeeded: true, text, at: now)
        log(.handover(deal.routers), from: "", to: text, reason, "\(deal.cause)", .notice)
    }

    private mutating func record(_ deal: Deal, succeeded: Bool, _ text: String, at now: MonotonicInstant) {
        let entry = PeerStatus.LastHandover(
            routers: deal.routers,
            cause: "\(deal.cause)",
            succeeded: succeeded,
            outcome: text,
            age: 0,
        )
        if deal.cause == .preemption, !succeeded {
            // Refused again and again it is one piece of news, and hides none.
            let isNews = preemptionRefusal != text
            preemptionRefusal = text
            guard isNews else { return }
            return log(.handover(deal.routers), from: "", to: "not given back", .handoverFailed, text, .notice)
        }
        preemptionRefusal = ""
        if !succeeded {
            log(.handover(deal.routers), from: "", to: "failed", .handoverFailed, "\(deal.cause): \(text)", .warning)
        }
        lastHandover = entry
        lastHandoverAt = now
    }

    mutating func say(
        _ step: HandoverMessage.Step,
        _ deal: Deal,
        patience: Interval = .zero,
        refusals: [HandoverRefusal] = [],
    ) {
        guard case .open(let connection, var session) = link else { return }
        // The state before the word: a successor that says `taken` is Active in the eyes of the other.
        session.say(
            HandoverMessage(
                step,
                deal.identifier,
                cause: deal.cause,
                routers: deal.routers,
                isForced: deal.isForced,
                patience: patience,
                refusals: refusals,
            )
        )
        link = .open(connection, session)
    }

    var peerName: String { settings?.peer?.name ?? "" }

    private func names(_ deal: Deal) -> String { deal.routers.joined(separator: ", ") }

    /// Whether the peer works by another configuration than this director.
    var hasOtherConfiguration: Bool {
        guard let settings, let state = session?.state else { return true }
        return state.configuration.digest != settings.configuration.digest
    }
}
