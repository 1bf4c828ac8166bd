import Health
import Linux
import Primitives
import SystemPackage

/// The sentinel: who claims the virtual addresses, in ARP and in neighbour discovery.
extension PathProber {
    /// How long a real server's Ethernet address is believed without asking again.
    private static let resolutionLifetime = Interval.seconds(10)
    /// How many real servers are asked for at once: their answers have to fit into the socket's buffer beside the claims.
    private static let resolutionsPerTurn = 64

    /// Watches these addresses, and knows these real servers by their Ethernet addresses.
    mutating func watch(_ owners: [AddressOwner], realServers: [IPAddress]) {
        self.owners = owners
        self.realServers = Set(realServers).sorted()
        sentinel.watch(owners)
        for (family, link) in links {
            do throws(Errno) {
                try link.watch(sentinel.addresses)
            } catch {
                close(family)
            }
        }
    }

    /// Asks for the virtual addresses once an interval, for their Active Routers, whose answers are right, and for the
    /// real servers, whose wrong ones are to have a name.
    mutating func patrol(at now: MonotonicInstant) {
        guard !links.isEmpty, probedAt.map({ now - $0 >= AddressSentinel.interval - .milliseconds(50) }) ?? true else {
            return
        }
        probedAt = now
        let routers = Set(owners.compactMap(\.router)).sorted()
        for (family, link) in links.sorted(by: { $0.key < $1.key }) {
            let addresses = sentinel.addresses.filter { $0.family == family }
            guard !addresses.isEmpty else { continue }
            do throws(Errno) {
                for address in addresses { try link.probe(address) }
                for router in routers where router.family == family {
                    neighbours[router] = neighbours[router] ?? Neighbour()
                    try link.ask(for: router, at: nil)
                }
                for address in unresolved(link, at: now) { try resolve(address, link, at: now) }
            } catch {
                close(family)
            }
        }
    }

    /// The real servers whose Ethernet address is not known or was not confirmed lately, those first that were asked for
    /// longest ago.
    private func unresolved(_ link: PathLink, at now: MonotonicInstant) -> [IPAddress] {
        let due = realServers.filter { address in
            // Nobody answers for the director itself, which may be a real server too.
            guard address.family == link.address.family, address != link.address else { return false }
            return neighbours[address]?.repliedAt.map { now - $0 >= Self.resolutionLifetime } ?? true
        }
        let never = MonotonicInstant(nanoseconds: 0)
        let asked = due.map { (at: neighbours[$0]?.askedAt ?? never, address: $0) }.sorted { left, right in
            left.at == right.at ? left.address < right.address : left.at < right.at
        }
        return asked.prefix(Self.resolutionsPerTurn).map(\.address)
    }

    /// Asks for a neighbour's Ethernet address, if that was not just done.
    mutating func resolve(_ address: IPAddress, _ link: PathLink, at now: MonotonicInstant) throws(Errno) {
        var neighbour = neighbours[address] ?? Neighbour()
        guard neighbour.askedAt.map({ now - $0 > Self.requestLifetime }) ?? true else { return }
        // A machine that does not answer at its known address may have another now.
        if let askedAt = neighbour.askedAt, neighbour.repliedAt.map({ $0 < askedAt }) ?? true {
            neighbour.mac = nil
        }
        try link.ask(for: address, at: neighbour.mac)
        neighbour.askedAt = now
        neighbours[address] = neighbour
    }

    /// Who claims an address that is not theirs.
    func findings(at now: MonotonicInstant) -> [AddressFinding] {
        let found = sentinel.findings(
            neighbours: neighbours.compactMapValues(\.mac),
            realServers: Set(realServers),
            own: Set(links.values.map(\.mac)),
            at: now,
        )
        // A machine may be a real server that was not asked for yet: nobody is called a stranger before.
        let own = Set(links.values.map(\.address))
        let unasked = Set(
            realServers.filter { !own.contains($0) && neighbours[$0]?.askedAt == nil }.map(\.family)
        )
        return found.filter { $0.realServer != nil || !unasked.contains($0.address.family) }
    }
}
