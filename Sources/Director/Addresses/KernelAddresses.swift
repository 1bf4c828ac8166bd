internal import DirectorCore
internal import Netlink
internal import Primitives

/// The interfaces and their addresses as one dump found them.
struct KernelAddresses {
    private var links: [Link]
    private var addresses: [InterfaceAddress]

    /// Dumps interfaces and addresses: `ip link show`, `ip address show`.
    init(_ socket: borrowing RouteSocket) throws(NetlinkError) {
        links = try socket.links()
        addresses = try socket.addresses()
    }

    /// Counts an address as there whose addition the kernel has acknowledged.
    mutating func note(added address: InterfaceAddress) { addresses.append(address) }

    /// Counts an interface as there that was made or set up, and up.
    mutating func note(raised interface: VirtualInterface, index: Int32) {
        links.removeAll { $0.index == index }
        var link = Link(index: index, name: interface.name, mac: interface.mac)
        (link.kind, link.parentIndex) = (VirtualInterface.kind, interface.parentIndex)
        links.append(link)
    }

    /// The interfaces as far as virtual MACs are concerned.
    var interfaces: [FoundInterface] {
        links.map { link in
            FoundInterface(
                name: link.name,
                index: link.index,
                kind: link.kind ?? "",
                mac: link.mac,
                parentIndex: link.isParentElsewhere ? nil : link.parentIndex,
                isUp: link.isUp
            )
        }
    }

    /// The interfaces that are up with the virtual MACs that a demand has addresses at.
    func raised(for demand: AddressDemand) -> [VirtualInterface] {
        let wanted = Set(demand.entries.lazy.filter { $0.disposition == .present }.compactMap(\.virtualMAC))
        return interfaces.compactMap { found in
            guard found.isUp, let mac = found.virtualMAC, wanted.contains(mac), let index = found.parentIndex,
                let parent = links.first(where: { $0.index == index })
            else { return nil }
            return VirtualInterface(parent: parent.name, parentIndex: index, mac: mac)
        }
    }

    /// The index of an interface, if it exists.
    func index(of name: String) -> Int32? { links.first { $0.name == name }?.index }

    /// The kernel's entry of an address.
    func entry(of found: AddressPlan.Found) -> InterfaceAddress? {
        let index = index(of: found.interface)
        return addresses.first { $0.interfaceIndex == index && $0.prefix == found.prefix }
    }

    /// All addresses; of those on loopback interfaces, where real servers keep theirs, only what lingers.
    var found: [AddressPlan.Found] {
        addresses.compactMap { address in
            guard let link = links.first(where: { $0.index == address.interfaceIndex }) else { return nil }
            var found = AddressPlan.Found(interface: link.name, prefix: address.prefix, isMarked: address.isMarked)
            guard link.isLoopback else { return found }
            guard LingeringMark.isOn(address) else { return nil }
            found.isLingering = true
            return found
        }
    }

    /// The loopback interface's index.
    var loopback: Int32? { links.first { $0.isLoopback }?.index }

    /// The picture for the election.
    func report(
        for demand: AddressDemand,
        failures: [AddressReport.Failure],
        repairs: UInt64,
    ) -> AddressReport {
        var names: [String] = []
        for entry in demand.entries where !names.contains(entry.interface) { names.append(entry.interface) }
        let (found, interfaces) = (found.filter { !$0.isLingering }, interfaces)
        var held: [AddressReport.HeldAddress] = []
        for entry in demand.entries {
            guard let place = place(of: entry, among: interfaces) else { continue }
            let same = found.filter { $0.interface == place && $0.prefix.address == entry.prefix.address }
            guard !same.isEmpty else { continue }
            held.append(
                AddressReport.HeldAddress(
                    interface: entry.interface,
                    address: entry.prefix.address,
                    isMarked: same.contains { $0.isMarked }
                )
            )
        }
        return AddressReport(
            generation: demand.generation,
            interfaces: names.sorted().compactMap { interface(named: $0, for: demand) },
            held: held,
            failures: failures,
            repairs: repairs
        )
    }

    /// The name of the interface on which an address counts as held; nothing if that is not there, or not up.
    private func place(of entry: AddressDemand.Entry, among interfaces: [FoundInterface]) -> String? {
        guard entry.virtualMAC != nil else { return entry.interface }
        guard let virtual = entry.virtualInterface(among: interfaces) else { return nil }
        let isUp = interfaces.contains { $0.name == virtual.name && $0.virtualMAC == virtual.mac && $0.isUp }
        return isUp ? virtual.name : nil
    }

    private func interface(named name: String, for demand: AddressDemand) -> AddressReport.Interface? {
        guard let link = links.first(where: { $0.name == name }), let mac = link.mac else { return nil }
        let own = addresses.filter { $0.interfaceIndex == link.index && !$0.isMarked }
        let isVirtual = { (address: IPAddress) in
            demand.entries.contains { $0.interface == name && $0.prefix.address == address }
        }
        let ipv4 = own.filter { $0.prefix.address.family == .ipv4 }
        // An owner's virtual address is the interface's own one.
        let primary = ipv4.first { !isVirtual($0.prefix.address) } ?? ipv4.first
        let linkLocal = own.first { address in
            address.prefix.address.ipv6?.isLinkLocal == true && !isVirtual(address.prefix.address)
                && address.flags & (InterfaceAddress.tentativeFlag | InterfaceAddress.dadFailedFlag) == 0
        }
        return AddressReport.Interface(
            name: name,
            index: link.index,
            mac: mac,
            isUp: link.isUp,
            hasCarrier: link.hasCarrier,
            primaryIPv4: primary?.prefix.address.ipv4,
            linkLocal: linkLocal?.prefix.address.ipv6
        )
    }
}
