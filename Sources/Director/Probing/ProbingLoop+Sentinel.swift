import Health
import Primitives

/// The sentinel's round, which depends on no probe: a service may have none that opens a packet socket.
extension ProbingLoop {
    /// Gives who claims a virtual address that is not theirs, and asks anew who does.
    mutating func patrol(at now: MonotonicInstant) -> [AddressFinding] {
        let findings = paths.findings(at: now)
        if let demand {
            let families = Set(demand.owners.map(\.address.family))
            for family in families.sorted() { openForSentinel(family, demand, at: now) }
        }
        paths.patrol(at: now)
        return findings
    }

    /// Makes sure that there are packet sockets to hear with; where they cannot be opened the next round tries again.
    private mutating func openForSentinel(_ family: AddressFamily, _ demand: ProbeDemand, at now: MonotonicInstant) {
        let own = currentAddresses(demand, at: now)
        // Those of the direct path serve both, whichever of the own addresses they ask from, or each would close the
        // other's.
        if let link = paths.links[family], link.interface == demand.interface,
            own.prefixes.contains(where: { $0.address == link.address })
        {
            return
        }
        let neighbours = paths.realServers + paths.sentinel.addresses
        guard let near = neighbours.first(where: { $0.family == family }), let source = own.source(for: near) else {
            return
        }
        _ = open(demand.interface, source, at: now)
    }
}
