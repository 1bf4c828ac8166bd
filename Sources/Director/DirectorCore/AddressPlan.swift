package import Primitives

/// What has to be done to the kernel's addresses so that they are as demanded.
package enum AddressPlan {
    /// An address as the kernel has it.
    package struct Found: Hashable, Sendable {
        /// The interface's name.
        package var interface: String
        /// The address with its prefix length.
        package var prefix: Prefix
        /// Whether it carries this program's mark (`IFA_PROTO`).
        package var isMarked: Bool
        /// Whether it is one of this program's on the loopback interface, where it lingers.
        package var isLingering = false

        /// Makes an address.
        package init(interface: String, prefix: Prefix, isMarked: Bool) {
            self.interface = interface
            self.prefix = prefix
            self.isMarked = isMarked
        }
    }

    /// One change.
    package enum Step: Hashable, Sendable {
        /// `ip address add`
        case add(AddressDemand.Entry)
        /// `ip address add ADDRESS dev lo scope host`, for the sake of an entry.
        case linger(Prefix, AddressDemand.Entry)
        /// `ip address del`, for the sake of an entry.
        case remove(Found, AddressDemand.Entry)
        /// `ip link add NAME link PARENT address MAC type macvlan` and `ip link set NAME up`, for the sake of an entry.
        case addInterface(VirtualInterface, AddressDemand.Entry)
        /// `ip link delete NAME`, for the sake of an entry, if there still is one.
        case removeInterface(FoundInterface, AddressDemand.Entry?)
    }

    /// The changes from what was found to what is demanded; none if all is well.
    ///
    /// Addresses that the demand before had and this one has not are removed even where the kernel keeps no marks.
    /// An interface with a virtual MAC comes before its addresses. It goes with them, in one step: an IPv6 address that went
    /// alone would leave its groups by a message from the virtual MAC, and bring the successor's frames here.
    package static func steps(
        demand: AddressDemand,
        before: AddressDemand?,
        found: [Found],
        interfaces: [FoundInterface] = [],
    ) -> [Step] {
        let virtual = VirtualInterfaces(demand, interfaces)
        let addresses = addressSteps(
            demand: demand.placed(among: interfaces),
            before: before?.placed(among: interfaces),
            found: found.filter { !virtual.doomed.contains($0.interface) }
        )
        return virtual.additions + addresses + virtual.removals
    }

    private static func addressSteps(
        demand: AddressDemand,
        before: AddressDemand?,
        found everything: [Found],
    ) -> [Step] {
        var steps: [Step] = []
        let found = everything.filter { !$0.isLingering }
        let lingering = everything.filter(\.isLingering)
        for entry in demand.entries {
            let same = found.filter { $0.interface == entry.interface && $0.prefix.address == entry.prefix.address }
            switch entry.disposition {
            case .present:
                for stale in same where stale.isMarked && stale.prefix != entry.prefix {
                    steps.append(.remove(stale, entry))
                }
                let isThere = same.contains { $0.prefix == entry.prefix }
                if !isThere, !wouldComeFirst(entry, demand: demand, found: found) { steps.append(.add(entry)) }
            case .absent:
                steps += same.map { .remove($0, entry) }
            case .unclaimed:
                steps += same.filter(\.isMarked).map { .remove($0, entry) }
            case .lingering:
                // The loopback interface first, so that the address is the machine's all the time.
                let isLingering = lingering.contains { $0.prefix.address == entry.prefix.address }
                if !same.isEmpty, !isLingering { steps.append(.linger(Prefix(host: entry.prefix.address), entry)) }
                steps += same.map { .remove($0, entry) }
            case .asFound:
                break
            }
        }
        steps += ended(lingering, demand: demand)
        let isDemanded = { (found: Found) in
            demand.entries.contains { $0.interface == found.interface && $0.prefix.address == found.prefix.address }
        }
        for stray in found where !isDemanded(stray) {
            let withdrawn = before?.entries.first { entry in
                entry.interface == stray.interface && entry.prefix == stray.prefix
                    && [.present, .absent, .lingering].contains(entry.disposition)
            }
            guard stray.isMarked || withdrawn != nil else { continue }
            let entry = AddressDemand.Entry(
                interface: stray.interface,
                prefix: stray.prefix,
                disposition: withdrawn == nil ? .unclaimed : .absent
            )
            steps.append(.remove(stray, entry))
        }
        return steps
    }

    /// What has lingered for long enough; it goes last, after its address has come back where it belongs.
    private static func ended(_ lingering: [Found], demand: AddressDemand) -> [Step] {
        lingering.compactMap { copy in
            let entries = demand.entries.filter { $0.prefix.address == copy.prefix.address }
            let stays = entries.contains { $0.disposition == .lingering || $0.disposition == .asFound }
            let entry = AddressDemand.Entry(interface: copy.interface, prefix: copy.prefix, disposition: .absent)
            return stays ? nil : .remove(copy, entries.first ?? entry)
        }
    }

    /// Whether the address would be its network's first on the interface: the interface's own address would come back
    /// as its secondary, and the kernel removes the secondaries with the first (devinet.c, `__inet_del_ifa`).
    private static func wouldComeFirst(_ entry: AddressDemand.Entry, demand: AddressDemand, found: [Found]) -> Bool {
        guard entry.prefix.address.family == .ipv4, !entry.prefix.isHost else { return false }
        return !found.contains { other in
            other.interface == entry.interface && !other.isMarked && other.prefix.address.family == .ipv4
                && !demand.entries.contains {
                    $0.interface == other.interface && $0.prefix.address == other.prefix.address
                }
        }
    }
}
