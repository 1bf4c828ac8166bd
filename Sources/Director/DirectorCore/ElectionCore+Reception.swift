import Primitives
import VRRP

extension ElectionCore {
    /// Judges a VRRP message and hands it to its router; false where it was refused and nothing but counters has changed.
    mutating func receive(
        _ packet: ReceivedPacket,
        at now: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) -> Bool {
        let isCounted = packet.path == .rawSocket
        // Before anything is read: who is not on the link is nobody, save where a unicast router allows for routers.
        guard packet.timeToLive >= slots.map(\.settings.minimumTimeToLive).min() ?? ProtocolVersion.timeToLive else {
            if isCounted { rejections.count(.wrongTimeToLive) }
            return false
        }
        let decoded: Advertisement.Decoded
        do {
            decoded = try Advertisement.decode(packet.payload[...], from: packet.source, to: packet.destination)
        } catch {
            if isCounted { rejections.count(error) }
            return false
        }
        let slot = slots.first { slot in
            slot.settings.interface == packet.interface && slot.settings.family == packet.source.family
                && slot.settings.virtualRouterIdentifier == decoded.advertisement.virtualRouterIdentifier
        }
        guard let slot else {
            if isCounted { rejections.count(.unknownVirtualRouter) }
            return false
        }
        guard packet.timeToLive >= slot.settings.minimumTimeToLive else {
            if isCounted { slot.router.statistics.rejections.count(.wrongTimeToLive) }
            return false
        }
        let reception: Reception
        do {
            reception = try Reception.judge(
                decoded.advertisement,
                from: packet.source,
                to: packet.destination,
                by: slot.settings,
                primaryAddress: slot.router.primaryAddress
            )
        } catch {
            if isCounted { slot.router.statistics.rejections.count(error) }
            return false
        }
        let before = slot.authenticity.finding
        guard isAcceptable(packet, decoded.advertisement, slot, at: now) else {
            // The first of them is news.
            return before.map { now >= $0.lastSeen + Self.conflictMemory } ?? true
        }
        switch packet.path {
        case .packetSocket:
            // Ahead of the packet filter: it tells of a filter, and moves nothing.
            slot.filter.seen(from: packet.source, at: packet.receivedAt)
        case .rawSocket:
            slot.filter.delivered(at: packet.receivedAt)
            accept(decoded, reception, packet, slot, at: now, &effects)
        }
        return true
    }

    private func accept(
        _ decoded: Advertisement.Decoded,
        _ reception: Reception,
        _ packet: ReceivedPacket,
        _ slot: Slot,
        at now: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        let advertisement = decoded.advertisement
        if advertisement.form.version == .version3, slot.settings.family == .ipv4 {
            switch decoded.checksumForm {
            case .pseudoHeader: slot.router.statistics.pseudoHeaderChecksums += 1
            case .messageOnly: slot.router.statistics.messageOnlyChecksums += 1
            }
        }
        slot.listMismatch = nil
        if reception.remarks.contains(.addressListMismatch) {
            slot.router.statistics.addressListMismatches += 1
            slot.listMismatch = packet.source
        }
        slot.intervalMismatch = nil
        if reception.remarks.contains(.intervalMismatch) {
            slot.router.statistics.intervalMismatches += 1
            slot.intervalMismatch = (packet.source, advertisement.interval)
        }
        // Somebody else is Active, so a found address is not ours to keep.
        if advertisement.priority > 0 {
            slot.keepsFound = false
            slot.resumesUntil = nil
        }
        // Own lateness never counts as the peer's silence: the time of reception judges, save for what came in while
        // this process slept.
        let heardAt = max(min(packet.receivedAt, now), slot.resumedAt ?? packet.receivedAt)
        if !slot.hasBeenUp { slot.heardBeforeStart = advertisement.priority > 0 ? heardAt : nil }
        weighPreemption(over: advertisement, slot, at: heardAt)
        apply(.advertisementReceived(advertisement, from: packet.source), to: slot, at: heardAt, &effects)
    }
}

extension ElectionCore.Slot.FilterWatch {
    /// A valid advertisement was seen on the packet socket.
    mutating func seen(from source: IPAddress, at time: MonotonicInstant) {
        if let lastDelivered, lastDelivered >= time - Self.tolerance { return }
        if pending == nil { pending = (source, time) }
    }

    /// A valid advertisement came through the raw socket.
    mutating func delivered(at time: MonotonicInstant) {
        lastDelivered = time
        dropped = nil
        if let waiting = pending, waiting.at <= time + Self.tolerance { pending = nil }
    }

    /// Names a packet filter once a message has not come through in time.
    mutating func expire(at now: MonotonicInstant, counting statistics: inout VirtualRouter.Statistics) {
        guard let waiting = pending, now >= waiting.at + Self.patience else { return }
        statistics.filteredAdvertisements += 1
        dropped = (waiting.source, dropped?.since ?? waiting.at)
        pending = nil
    }
}
