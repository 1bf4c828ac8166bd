package import Primitives

/// Which virtual addresses the election wants on which interfaces: the whole wish, every time.
///
/// The addresses thread compares it with what the kernel dumped, so applying the same demand twice changes nothing.
package struct AddressDemand: Hashable, Sendable {
    /// What is wanted of one address.
    package enum Disposition: UInt8, Hashable, Sendable, CaseIterable {
        /// The address is on the interface.
        case present
        /// The address is not on the interface, whoever put it there.
        case absent
        /// The address stays as it was found, because nothing is decided yet.
        case asFound
        /// The address is removed if this program put it there: an owner's (priority 255) real address stays.
        case unclaimed
        /// The address is not on the interface, and for a while on the loopback interface instead if it was there: packets
        /// that come late are still forwarded, and with arp_ignore=1 nobody answers for it.
        case lingering
    }

    /// One address on one interface.
    package struct Entry: Hashable, Sendable {
        /// The interface's name.
        package var interface: String
        /// The address with the prefix length that it gets.
        package var prefix: Prefix
        /// What is wanted of it.
        package var disposition: Disposition
        /// The MAC at which it is wanted, on a virtual interface over the interface; nothing for the interface itself.
        package var virtualMAC: MACAddress?

        /// Makes an entry.
        package init(
            interface: String,
            prefix: Prefix,
            disposition: Disposition,
            virtualMAC: MACAddress? = nil,
        ) {
            self.interface = interface
            self.prefix = prefix
            self.disposition = disposition
            self.virtualMAC = virtualMAC
        }
    }

    /// Grows with every demand; a report says which one it reflects.
    package var generation: UInt64
    /// The entries in the order of the configuration.
    package var entries: [Entry]

    /// Makes a demand.
    package init(generation: UInt64, entries: [Entry]) {
        self.generation = generation
        self.entries = entries
    }
}
