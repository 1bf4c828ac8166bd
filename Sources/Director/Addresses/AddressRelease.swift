package import DirectorCore
package import Netlink
package import Primitives
internal import VRRP

/// Takes a dead director's virtual addresses off the machine, which would go on answering ARP for them.
package enum AddressRelease {
    /// Removes every address that bears the mark, and every configured one unless this machine owns it.
    ///
    /// Loopback interfaces are left alone: real servers keep their addresses there. Returns what was removed.
    @discardableResult
    package static func releaseAddresses(of settings: ElectionSettings) throws(NetlinkError) -> [Prefix] {
        let entries = settings.routers.flatMap { router in
            router.addresses.map {
                AddressDemand.Entry(
                    interface: router.interface,
                    prefix: $0,
                    disposition: router.isAddressOwner ? .unclaimed : .absent
                )
            }
        }
        let socket = try RouteSocket()
        let kernel = try KernelAddresses(socket)
        let demand = AddressDemand(generation: 0, entries: entries)
        var removed: [Prefix] = []
        for step in AddressPlan.steps(demand: demand, before: nil, found: kernel.found) {
            guard case .remove(let found, _) = step, let address = kernel.entry(of: found) else { continue }
            try socket.remove(address)
            removed.append(found.prefix)
        }
        return removed
    }
}
