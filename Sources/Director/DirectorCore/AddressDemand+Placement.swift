internal import Primitives

extension AddressDemand {
    /// The demand in terms of interfaces as they are: what is wanted at a virtual MAC is on the interface that has it, and not
    /// on the one below.
    ///
    /// What is not wanted there needs no entry: it goes with the interface.
    func placed(among interfaces: [FoundInterface]) -> AddressDemand {
        var placed = self
        placed.entries = entries.flatMap { entry -> [Entry] in
            guard let virtual = entry.virtualInterface(among: interfaces) else { return [entry] }
            var own = entry
            own.interface = virtual.name
            own.prefix = entry.prefixAtVirtualMAC
            var below = entry
            below.virtualMAC = nil
            below.disposition = entry.disposition == .asFound ? .asFound : .absent
            return [.present, .asFound].contains(entry.disposition) ? [own, below] : [below]
        }
        return placed
    }
}

extension AddressDemand.Entry {
    /// The interface with the virtual MAC at which the address is wanted, if it is and there is an interface below.
    package func virtualInterface(among interfaces: [FoundInterface]) -> VirtualInterface? {
        guard let virtualMAC, let parent = interfaces.first(where: { $0.name == interface }) else { return nil }
        return VirtualInterface(parent: parent.name, parentIndex: parent.index, mac: virtualMAC)
    }

    /// The prefix there: a host's, because the way to the network is the interface below; a link-local address keeps its
    /// length, because the way to those that it talks to is its own interface alone.
    var prefixAtVirtualMAC: Prefix {
        prefix.address.ipv6?.isLinkLocal == true ? prefix : Prefix(host: prefix.address)
    }
}
