import Primitives
import VRRP

extension ElectionCore {
    /// Takes what one of those who look says: everything that fails, every time.
    mutating func take(
        _ failures: [TrackSettings.Failure],
        from source: TrackSettings.Source,
        at now: MonotonicInstant,
        _ effects: inout [ElectionEffect],
    ) {
        guard trackFailures[source] != failures else { return }
        trackFailures[source] = failures
        refreshTracking(at: now, &effects)
    }

    /// Works out what the failures mean to every router.
    mutating func refreshTracking(at now: MonotonicInstant, _ effects: inout [ElectionEffect]) {
        for slot in slots {
            slot.failedTracks = slot.configured.tracks.compactMap { track in
                guard let failure = failure(of: track.subject) else { return nil }
                // The other director may see better, or just as little: it is left to the priorities.
                let isWeakened = failure.isAnswered && track.consequence == .fault
                return (isWeakened ? TrackSettings(track.subject, .weight(254)) : track, failure.evidence)
            }
            let settings = slot.configured.weakened(by: slot.failedTracks.map(\.track))
            if settings != slot.settings { apply(.reconfigured(settings), to: slot, at: now, &effects) }
        }
        for slot in slots { refreshInterface(of: slot, at: now, &effects) }
    }

    private func failure(of subject: TrackSettings.Subject) -> TrackSettings.Failure? {
        for source in TrackSettings.Source.allCases {
            if let failure = trackFailures[source]?.first(where: { $0.subject == subject }) { return failure }
        }
        return nil
    }

    /// Why the router stays out of the election though its interface could carry it.
    func holdback(of slot: Slot, at now: MonotonicInstant) -> TransitionReason? {
        if slot.hasFailedTrack { return .trackedFault }
        let others = companions(of: slot)
        // Nothing known of a companion is no fault yet.
        let isGroupFaulted = others.contains { other in
            let fault = interface(of: other, at: now).fault
            return other.hasFailedTrack || fault.map { !other.awaits($0) } ?? false
        }
        return isGroupFaulted ? .groupFault : nil
    }
}

extension ElectionCore.Slot {
    /// Whether something fails that takes the router out of the election.
    var hasFailedTrack: Bool { failedTracks.contains { $0.track.consequence == .fault } }

    /// The carrier as it counts: a change does only once it has lasted for the configured delay.
    func dampenedCarrier(_ isPresent: Bool, at now: MonotonicInstant) -> Bool {
        let delay = configured.carrierDelay
        guard delay > .zero, let known = carrier else {
            carrier = isPresent
            carrierChangedAt = nil
            return isPresent
        }
        guard known != isPresent else {
            carrierChangedAt = nil
            return isPresent
        }
        let since = carrierChangedAt ?? now
        carrierChangedAt = since
        guard now - since >= delay else { return known }
        carrier = isPresent
        carrierChangedAt = nil
        return isPresent
    }

    /// Takes note that there is no link at all: no change is pending then, and a carrier that returns is one.
    func loseCarrier() {
        (carrier, carrierChangedAt) = (false, nil)
    }

    /// When a change of the carrier counts, if one is pending.
    var carrierDeadline: MonotonicInstant? { carrierChangedAt.map { $0 + configured.carrierDelay } }
}
