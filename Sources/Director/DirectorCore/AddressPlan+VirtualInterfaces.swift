extension AddressPlan {
    /// What has to be done to the interfaces with virtual MACs.
    struct VirtualInterfaces {
        /// What has to be made or set up, before any address is added.
        var additions: [Step] = []
        /// What has to go, and all addresses on it at once.
        var removals: [Step] = []
        /// The names of what goes.
        var doomed: Set<String> = []

        /// Compares the demand with what is there.
        init(_ demand: AddressDemand, _ interfaces: [FoundInterface]) {
            var wanted: [String: AddressDemand.Disposition] = [:]
            for entry in demand.entries {
                guard let virtual = entry.virtualInterface(among: interfaces) else { continue }
                let isNew = wanted[virtual.name] == nil
                wanted[virtual.name] = wanted[virtual.name] == .present ? .present : entry.disposition
                guard entry.disposition == .present, isNew || !additions.contains(where: { $0.makes(virtual) })
                else { continue }
                let isReady = interfaces.contains { $0.name == virtual.name && $0.virtualMAC == virtual.mac && $0.isUp }
                if !isReady { additions.append(.addInterface(virtual, entry)) }
            }
            for found in interfaces where found.virtualMAC != nil {
                guard ![.present, .asFound].contains(wanted[found.name]) else { continue }
                doomed.insert(found.name)
                let parent = interfaces.first { $0.index == found.parentIndex }
                let entry = demand.entries.first { entry in
                    entry.interface == parent?.name && entry.virtualMAC == found.virtualMAC
                }
                removals.append(.removeInterface(found, entry))
            }
        }
    }
}

extension AddressPlan.Step {
    fileprivate func makes(_ virtual: VirtualInterface) -> Bool {
        if case .addInterface(virtual, _) = self { true } else { false }
    }
}
