import Health
import Linux
import Primitives
import SystemPackage

/// The sentinel: who claims the virtual addresses, in ARP and in neighbour discovery.
extension PathProber {
    /// Watches these addresses.
    mutating func watch(_ owners: [AddressOwner]) {
        self.owners = owners
        sentinel.watch(owners)
        for (family, link) in links {
            do throws(Errno) {
                try link.watch(sentinel.addresses)
            } catch {
                close(family)
            }
        }
    }

    /// Asks for the virtual addresses once an interval, and for their Active Routers, whose answers are right.
    mutating func patrol(at now: MonotonicInstant) {
        guard !links.isEmpty, probedAt.map({ now - $0 >= AddressSentinel.interval - .milliseconds(50) }) ?? true else {
            return
        }
        probedAt = now
        let routers = Set(owners.compactMap(\.router)).sorted()
        for (family, link) in links.sorted(by: { $0.key < $1.key }) {
            do throws(Errno) {
                for address in sentinel.addresses where address.family == family { try link.probe(address) }
                for router in routers where router.family == family {
                    neighbours[router] = neighbours[router] ?? Neighbour()
                    try link.ask(for: router, at: nil)
                }
            } catch {
                close(family)
            }
        }
    }

    /// Who claims an address that is not theirs.
    func findings(realServers: Set<IPAddress>, at now: MonotonicInstant) -> [AddressFinding] {
        sentinel.findings(
            neighbours: neighbours.compactMapValues(\.mac),
            realServers: realServers,
            own: Set(links.values.map(\.mac)),
            at: now,
        )
    }
}
