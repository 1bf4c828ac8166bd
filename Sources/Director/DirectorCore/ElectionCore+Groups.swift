import Primitives
import VRRP

/// The routers of a synchronisation group move together.
///
/// By itself each of them follows the rules of VRRP, so that no address has two owners. But a tie is broken by the
/// addresses of the interfaces, which may be the greater ones on one link and the lesser ones on another: after a boot of
/// both at once, either director would keep a part of the group for ever. What such a group comes to is decided by its
/// first router in an order that both directors know, and only one of them is Active for that one: it keeps what it has,
/// and the other one gives up the rest.
extension ElectionCore {
    /// The other routers of its synchronisation group.
    func companions(of slot: Slot) -> [Slot] {
        guard let group = slot.configured.syncGroup else { return [] }
        return slots.filter { $0 !== slot && $0.configured.syncGroup == group }
    }

    /// Whether the routers of its group would become Active too, so that they move together.
    ///
    /// One whose Active Router is still heard keeps the others from an Active state that would be theirs alone.
    func groupAgrees(with slot: Slot, at now: MonotonicInstant) -> Bool {
        companions(of: slot).allSatisfy { other in
            switch other.router.state {
            case .active: true
            case .initialize: false
            case .backup: !other.obeys(at: now)
            }
        }
    }

    /// Lets Active Routers follow their companions to Backup when that is due.
    func moveGroups(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        // All are judged by what is before any of them moves.
        for slot in slots { slot.followsAt = followTime(of: slot, at: now) }
        for slot in slots {
            guard let due = slot.followsAt, now >= due else { continue }
            slot.followsAt = nil
            apply(.groupYielded, to: slot, at: now, &effects)
        }
    }

    /// When an Active Router of a torn group gives up; nothing if it stays.
    private func followTime(of slot: Slot, at now: MonotonicInstant) -> MonotonicInstant? {
        guard stopDeadline == nil, suspension == nil, slot.isActive, !slot.settings.isAddressOwner else { return nil }
        let group = [slot] + companions(of: slot)
        // What the directors have agreed on settles itself.
        guard group.allSatisfy({ $0.router.handover == .none || $0.router.handover == .yielding }) else { return nil }
        let decided = group.filter { $0.isActive || $0.obeys(at: now) }
        guard decided.contains(where: { !$0.isActive }), let first = decided.min(by: { $0.precedes($1) }),
            let tornAt = decided.map({ $0.router.since }).max()
        else { return nil }
        // A successor may take over router by router, and has done so by then; no address is without an owner meanwhile.
        let patience = group.map { $0.router.activeDownInterval(of: $0.longestInterval) }.max() ?? .zero
        guard first.isActive else { return tornAt + patience }
        // The other director is to give up the rest, and this one takes it over: with the second interval at the latest, if
        // the priority 0 was lost. If it does not, it has the whole group, for all that is heard: nothing of it comes
        // through on the first router's link. But one that this director has prevailed against knows no such group, and
        // would be left to itself for nothing.
        let hasPrevailed = decided.contains { member in
            member.assertedAt.map { $0 >= tornAt - patience } ?? false
        }
        return hasPrevailed ? nil : tornAt + patience * 3
    }
}

extension ElectionCore.Slot {
    /// Whether it hears an Active Router, and leaves the addresses to it.
    func obeys(at now: MonotonicInstant) -> Bool {
        guard case .backup(let timer, let interval, let onExpiry) = router.state else { return false }
        // Not if two advertisements are missing at least, or if it means to take over from a lower one.
        return timer - now >= interval && router.activeRouter != nil && onExpiry != .preemption
    }

    /// The longer one of its own interval and the one that it goes by as Backup Router.
    fileprivate var longestInterval: Interval {
        guard case .backup(_, let learned, _) = router.state else { return settings.advertisementInterval }
        return max(settings.advertisementInterval, learned)
    }

    /// Whether it comes before another one of its group, on either director: by what is on the wire, not by the names of
    /// routers and interfaces, or by their order in a file.
    fileprivate func precedes(_ other: ElectionCore.Slot) -> Bool { rank.lexicographicallyPrecedes(other.rank) }

    private var rank: [UInt8] {
        let least = settings.addresses.map(\.address).min()
        return [settings.virtualRouterIdentifier, settings.family.rawValue] + (least?.bytes ?? [])
    }
}
