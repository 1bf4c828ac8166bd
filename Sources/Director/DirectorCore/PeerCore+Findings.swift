import Health
import PeerProtocol
import Primitives
import VRRP

extension PeerCore {
    /// How far the clocks may differ.
    private static var clockTolerance: Int64 { 2_000 }
    /// A difference beyond it is nonsense, and shown as this much: 31 years.
    private static var clockLimit: Int64 { 1_000_000_000_000 }
    /// How long both may be Active before it is more than a crossing of messages.
    private static var bothActivePatience: Interval { .seconds(1) }
    /// How long a link may be away before it is worth a word: a restarted peer is back sooner.
    private static var linkPatience: Interval { .seconds(3) }

    /// Compares what the two directors say of each other, and logs what is new and what is over.
    mutating func refreshFindings(at now: MonotonicInstant) {
        guard stop != .done else { return }
        noticeBothActive(at: now)
        let found = currentFindings(at: now)
        for finding in found where !findings.contains(where: { $0.isSameNews(as: finding) }) {
            log(.peer(peerName), from: "", to: "troubled", finding.reason, "\(finding)", .warning)
        }
        for finding in findings where !found.contains(where: { $0.reason == finding.reason }) {
            log(.peer(peerName), from: "troubled", to: "", finding.reason, "", .notice)
        }
        findings = found
    }

    private mutating func noticeBothActive(at now: MonotonicInstant) {
        let mine = Set(handover == .idle ? activeRouters : [])
        let theirs = (peerState?.routers ?? []).filter { $0.state == .active }.map(\.name)
        let both = mine.intersection(theirs)
        bothActive = bothActive.filter { both.contains($0.key) }
        for name in both.sorted() where bothActive[name] == nil { bothActive[name] = now }
    }

    private func currentFindings(at now: MonotonicInstant) -> [PeerFinding] {
        guard let session, session.isAlive else {
            guard now >= linkSince + Self.linkPatience else { return [] }
            let advertises = (election?.routers ?? []).filter { $0.state == .backup && $0.activeRouter != nil }
            return [.noLink(evidence: linkEvidence, advertises: advertises.map(\.name).sorted())]
        }
        var found: [PeerFinding] = []
        if let state = session.state, let settings {
            let theirs = state.configuration
            if theirs.digest != settings.configuration.digest {
                let keys = settings.configuration.differences(from: theirs)
                let newer =
                    changedAt == theirs.changedAt || changedAt == 0 || theirs.changedAt == 0
                    ? "" : changedAt > theirs.changedAt ? settings.directorName : peerName
                found.append(.configurationDiffers(keys: keys, newer: newer))
            }
        }
        if let peer = session.peer, peer.programVersion != programVersion {
            found.append(.versionDiffers(own: programVersion, peer: peer.programVersion))
        }
        if let told = session.clock, told.value > 0, clockOffset != nil {
            let difference = Int64(clamping: told.value) - Int64(clamping: clock(at: told.at))
            let shown = max(-Self.clockLimit, min(Self.clockLimit, difference))
            if abs(difference) > Self.clockTolerance { found.append(.clockDiffers(milliseconds: shown)) }
        }
        let both = bothActive.filter { now >= $0.value + Self.bothActivePatience }.keys.sorted()
        if !both.isEmpty { found.append(.bothActive(routers: both)) }
        return found
    }
}
