import Primitives
import VRRP

extension ElectionCore {
    /// What a router remembers for the sake of authenticity.
    struct AuthenticityMemory {
        /// So many senders are remembered; only holders of a key get in.
        private static let limit = 64

        /// The last stamp of each sender that was accepted.
        private var heard: [(source: IPAddress, stamp: AuthenticityTrailer.Stamp, at: MonotonicInstant)] = []
        /// The last stamp of one's own.
        private var sent: AuthenticityTrailer.Stamp?
        /// By how much stamps are behind the clock's, in nanoseconds.
        private var correction: Int64 = 0
        /// Who could not be verified.
        var finding: ElectionReport.UnverifiedAdvertisement?
        /// The link-layer sender of the copy that the packet socket saw.
        var linkSource: MACAddress?

        /// A stamp of one's own, later than every one before.
        mutating func nextStamp(_ clock: ElectionClock, at now: MonotonicInstant) -> AuthenticityTrailer.Stamp {
            var stamp = AuthenticityTrailer.Stamp(nanoseconds: present(clock, at: now))
            if let sent, stamp <= sent { stamp = AuthenticityTrailer.Stamp(nanoseconds: sent.nanoseconds + 1) }
            sent = stamp
            return stamp
        }

        /// Takes stamps back to the wall clock's time where they are ahead of it by more than the window.
        ///
        /// A director that began with a clock in the future signs on from there when its clock is set right, because a
        /// peer that believes it expects just that. A peer that never did goes by its own clock, and refuses everything.
        mutating func forsakeFuture(_ clock: ElectionClock, at now: MonotonicInstant, window: Interval) {
            let ahead = present(clock, at: now) - clock.realTime(at: now)
            guard ahead > window.nanoseconds else { return }
            correction += ahead
            sent = nil
        }

        /// What the next stamp is to be, in nanoseconds: never behind the wall clock.
        private func present(_ clock: ElectionClock, at now: MonotonicInstant) -> Int64 {
            max(clock.stamp(at: now).nanoseconds - correction, clock.realTime(at: now))
        }

        /// Whether a stamp is new and of the present.
        ///
        /// The present is where the sender's own stamps have got to, or what this machine's clock says: so neither
        /// clock may jump and make strangers of the two.
        func judge(
            _ stamp: AuthenticityTrailer.Stamp,
            from source: IPAddress,
            at time: MonotonicInstant,
            _ clock: ElectionClock?,
            window: Interval,
        ) -> AuthenticityCause? {
            if let last = heard.first(where: { $0.source == source }) {
                // Older than twice the window a repetition is stale besides, and a sender whose clock was set back
                // while it was away is heard again.
                if stamp <= last.stamp, time - last.at <= window * 2 { return .replay }
                let expected = last.stamp.nanoseconds + (time - last.at).nanoseconds
                if stamp > last.stamp, (stamp.nanoseconds - expected).magnitude <= window.nanoseconds.magnitude {
                    return nil
                }
            }
            guard let clock, (stamp.nanoseconds - clock.realTime(at: time)).magnitude <= window.nanoseconds.magnitude
            else { return .stale }
            return nil
        }

        /// Remembers an accepted stamp.
        mutating func accept(_ stamp: AuthenticityTrailer.Stamp, from source: IPAddress, at time: MonotonicInstant) {
            heard.removeAll { $0.source == source }
            heard.append((source, stamp, time))
            if heard.count > Self.limit { heard.removeFirst() }
        }
    }

    /// What an advertisement of this router is signed with, if it is.
    func trailer(for slot: Slot, at now: MonotonicInstant) -> AuthenticityTrailer.Header? {
        guard let key = slot.settings.authenticity?.signingKey, let clock else { return nil }
        // A lesser router that goes on for so long does not believe what it hears from here.
        if slot.isDisregarded(at: now) {
            let window = AuthenticitySettings.window(slot.settings.advertisementInterval)
            slot.authenticity.forsakeFuture(clock, at: now, window: window)
        }
        return AuthenticityTrailer.Header(keyIdentifier: key, stamp: slot.authenticity.nextStamp(clock, at: now))
    }

    /// Whether an advertisement may be acted upon as far as its origin goes; what is found is counted and named.
    func isAcceptable(
        _ packet: ReceivedPacket,
        _ advertisement: Advertisement,
        _ slot: Slot,
        at now: MonotonicInstant,
    ) -> Bool {
        guard let settings = slot.settings.authenticity else { return true }
        let heardAt = min(packet.receivedAt, now)
        let cause: AuthenticityCause?
        switch packet.authenticity {
        case .absent: cause = .missing
        case .failed(let failure): cause = failure
        case .verified(let header):
            let window = AuthenticitySettings.window(slot.settings.advertisementInterval)
            cause = slot.authenticity.judge(header.stamp, from: packet.source, at: heardAt, clock, window: window)
            if cause == nil, packet.path == .rawSocket {
                slot.authenticity.accept(header.stamp, from: packet.source, at: heardAt)
            }
        }
        guard packet.path == .rawSocket else {
            // A copy of what the raw socket delivers next: it alone tells which machine sent the frame.
            if cause != nil { slot.authenticity.linkSource = packet.linkSource }
            return cause == nil || !isRefused(cause, by: settings)
        }
        defer { slot.authenticity.linkSource = nil }
        guard let cause else {
            slot.router.statistics.authenticity.verified += 1
            return true
        }
        slot.router.statistics.authenticity.count(cause)
        let isRefused = isRefused(cause, by: settings)
        // Before everybody signs, an advertisement without a trailer is what the roll-out is about.
        if isRefused || cause != .missing {
            slot.authenticity.note(cause, packet.source, advertisement.priority, isRefused: isRefused, at: now)
        }
        if isRefused { slot.router.statistics.rejections.count(.notAuthentic) }
        return !isRefused
    }

    /// Trailing octets that are no trailer are refused in every mode: the length of a message is exact (RFC 9568
    /// section 7.1).
    private func isRefused(_ cause: AuthenticityCause?, by settings: AuthenticitySettings) -> Bool {
        settings.mode == .enforce || cause == .malformed
    }
}

extension ElectionCore.AuthenticityMemory {
    /// Keeps what the status tells of the last sender that could not be verified.
    fileprivate mutating func note(
        _ cause: AuthenticityCause,
        _ source: IPAddress,
        _ priority: UInt8,
        isRefused: Bool,
        at now: MonotonicInstant,
    ) {
        let seen = ElectionReport.UnverifiedAdvertisement(
            source: source,
            mac: linkSource,
            cause: cause,
            priority: priority,
            isRefused: isRefused,
            firstSeen: now,
            lastSeen: now,
            count: 1
        )
        guard var known = finding, known.isSameSender(as: seen) else {
            finding = seen
            return
        }
        known.lastSeen = now
        known.count += 1
        finding = known
    }
}
