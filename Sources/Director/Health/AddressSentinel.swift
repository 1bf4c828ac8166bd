package import Primitives

/// Watches who claims the virtual addresses; it asks nobody itself and has no clock.
///
/// One frame proves nothing: an answer may be late, from before a takeover. Two within ``window`` are a claim, and a
/// change of the owner forgets what was heard before. Only a question in an address's name is enough by itself, if it
/// comes from a real server: none is ever right, and the next may be long in coming.
package struct AddressSentinel: Sendable {
    private struct Claim: Hashable, Sendable {
        var address: IPAddress
        var mac: MACAddress
        var kind: AddressClaim
    }

    /// How long an answer counts.
    package static let window = Interval.seconds(5)
    /// How long a real server's question counts: about as long as others believe what they learnt from it.
    package static let questionWindow = Interval.seconds(60)
    /// How often each virtual address is asked for.
    package static let interval = Interval.seconds(1)
    /// More claims than this are not remembered: a LAN in which everybody answers is named by a few.
    private static let limit = 1_024

    private var owners: [IPAddress: AddressOwner] = [:]
    private var heard: [Claim: (last: MonotonicInstant, before: MonotonicInstant?)] = [:]

    /// Makes a sentinel that watches nothing.
    package init() {}

    /// Replaces the addresses and their owners.
    package mutating func watch(_ owners: [AddressOwner]) {
        let new = Dictionary(owners.map { ($0.address, $0) }) { first, _ in first }
        heard = heard.filter { new[$0.key.address] == self.owners[$0.key.address] }
        self.owners = new
    }

    /// The addresses that are to be asked for, sorted.
    package var addresses: [IPAddress] { owners.keys.sorted() }

    /// Somebody says that an address is theirs.
    package mutating func hear(
        _ address: IPAddress,
        from mac: MACAddress,
        by kind: AddressClaim = .answer,
        at now: MonotonicInstant,
    ) {
        guard owners[address] != nil else { return }
        let claim = Claim(address: address, mac: mac, kind: kind)
        guard heard[claim] != nil || heard.count < Self.limit else { return }
        heard[claim] = (now, heard[claim]?.last)
    }

    /// Whether a machine answers for an address, twice within the window.
    package func isClaimed(_ address: IPAddress, by mac: MACAddress, at now: MonotonicInstant) -> Bool {
        stands(Claim(address: address, mac: mac, kind: .answer), isRealServer: true, at: now)
    }

    private func stands(_ claim: Claim, isRealServer: Bool, at now: MonotonicInstant) -> Bool {
        guard let times = heard[claim] else { return false }
        if claim.kind == .question, isRealServer { return now - times.last <= Self.questionWindow }
        guard let before = times.before else { return false }
        return now - times.last <= Self.window && times.last - before <= Self.window
    }

    /// Everybody who claims an address that is not theirs, sorted by address and machine.
    ///
    /// - Parameters:
    ///   - neighbours: the real servers' and the Active Router's Ethernet addresses as far as known.
    ///   - realServers: which of the neighbours are real servers.
    ///   - own: this director's own Ethernet addresses.
    ///   - now: the time.
    /// - Returns: the findings.
    package func findings(
        neighbours: [IPAddress: MACAddress],
        realServers: Set<IPAddress>,
        own: Set<MACAddress>,
        at now: MonotonicInstant,
    ) -> [AddressFinding] {
        let names = Dictionary(
            grouping: neighbours.filter { realServers.contains($0.key) }.sorted { $0.key < $1.key },
            by: \.value
        )
        return heard.keys.compactMap { claim in
            guard let owner = owners[claim.address], !own.contains(claim.mac),
                stands(claim, isRealServer: names[claim.mac] != nil, at: now)
            else { return nil }
            if let router = owner.router {
                // The virtual MAC is the Active Router's; while that is this director, it is heard from nobody else.
                if claim.mac == owner.virtualMAC { return nil }
                // Who the Active Router is on the LAN has to be known before anybody is called a stranger.
                guard let right = neighbours[router] else { return nil }
                guard right != claim.mac else { return nil }
            }
            return AddressFinding(
                address: claim.address,
                mac: claim.mac,
                // A machine may be two real servers, one of each family.
                realServer: (names[claim.mac] ?? []).map(\.key).min { left, right in
                    left.family == claim.address.family && right.family != claim.address.family
                },
                claim: claim.kind,
            )
        }.sorted { ($0.address, $0.mac, $0.claim.rawValue) < ($1.address, $1.mac, $1.claim.rawValue) }
    }
}
