package import DirectorCore
package import Netlink
package import Primitives
internal import VRRP

/// Takes a dead director's virtual addresses off the machine, which would go on answering ARP for them.
package enum AddressRelease {
    /// Removes every address that bears the mark, and every configured one unless this machine owns it.
    ///
    /// Interfaces with virtual MACs go with what they bear, if name, kind, MAC and parent say that they are Tandem's. Loopback
    /// interfaces are left alone: real servers keep their addresses there. Returns what was removed.
    @discardableResult
    package static func releaseAddresses(of settings: ElectionSettings) throws(NetlinkError) -> [Prefix] {
        let entries = settings.routers.flatMap { router in
            router.addresses.map {
                AddressDemand.Entry(
                    interface: router.interface,
                    prefix: $0,
                    disposition: router.isAddressOwner ? .unclaimed : .absent,
                    virtualMAC: router.virtualMAC
                )
            }
        }
        let socket = try RouteSocket()
        let kernel = try KernelAddresses(socket)
        let demand = AddressDemand(generation: 0, entries: entries)
        var removed: [Prefix] = []
        let (found, interfaces) = (kernel.found, kernel.interfaces)
        for step in AddressPlan.steps(demand: demand, before: nil, found: found, interfaces: interfaces) {
            switch step {
            case .remove(let found, _):
                guard let address = kernel.entry(of: found) else { continue }
                try socket.remove(address)
                removed.append(found.prefix)
            case .removeInterface(let interface, _):
                try socket.removeLink(interfaceIndex: interface.index)
                removed += found.filter { $0.interface == interface.name }.map(\.prefix)
            case .add, .linger, .addInterface:
                continue
            }
        }
        return removed
    }
}
