import PeerProtocol
import Primitives
import VRRP

/// The end of the process: what it holds is handed over first, as long as that takes a bounded time.
extension PeerCore {
    mutating func beginStop(_ ending: PeerEvent.Ending, at now: MonotonicInstant) {
        guard stop == .running else { return }
        self.ending = ending
        lastRefusals = []
        switch handover {
        case .idle, .preparing, .offering: break  // It moves what would have to be moved anyway.
        case .requesting(let deal), .taking(let deal), .taken(let deal):
            say(.cancelled, deal, refusals: [.stopping])
            abandonHandover(.stopping, at: now)
        }
        stop = .handingOver(offerAt: now, until: leaving.isEmpty ? now : now + Self.stopPatience)
    }

    /// What this director is Active for and cannot keep: everything, or, over a restart, what version 2 has no word for,
    /// with the groups that it belongs to.
    private var leaving: [String] {
        guard ending == .restart else { return activeRouters }
        let routers = settings?.routers ?? []
        return activeRouters.filter { name in
            let group = group(of: name)
            return routers.contains { group.contains($0.name) && $0.version == .version2 }
        }
    }

    /// Offers what is held, and ends when nothing is held or nobody takes it.
    mutating func advanceStop(at now: MonotonicInstant) {
        guard case .handingOver(let offerAt, let until) = stop, handover == .idle else { return }
        // An owner's too: it serves no longer, and its priority 0 finds the successor Active.
        let routers = leaving
        guard isAlive, let state = session?.state, !state.isStopping, !routers.isEmpty else {
            return finishStop(at: now)
        }
        guard let offerAt else { return finishStop(at: now) }
        guard offerAt <= now else { return }
        var deal = deal(.stop, routers, at: now)
        // The last offer is one that only a director that cannot serve at all refuses: still better than priority 0.
        deal.isForced = now >= until || lastRefusals.contains(.configurationDiffers)
        stop = .handingOver(offerAt: deal.isForced ? nil : now, until: until)
        prepare(deal, at: now)
    }

    /// What became of an offer while stopping.
    mutating func stopOfferFailed(_ deal: Deal, _ refusals: [HandoverRefusal], at now: MonotonicInstant) {
        guard case .handingOver(let offerAt, let until) = stop, offerAt != nil, deal.cause == .stop else { return }
        if refusals.allSatisfy(\.isTransient) {
            stop = .handingOver(offerAt: min(now + Self.retryInterval, max(until, now)), until: until)
        } else if refusals.contains(.configurationDiffers) {
            stop = .handingOver(offerAt: now, until: until)
        } else {
            stop = .handingOver(offerAt: nil, until: until)
        }
    }

    private mutating func finishStop(at now: MonotonicInstant) {
        dismiss(ending == .restart ? .restarting : .stopping, at: now)
        if settings?.dials == false { effects.append(.stopListening) }
        link = .none
        stop = .done
        effects.append(.stopReady)
    }
}
