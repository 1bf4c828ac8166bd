/// A virtual router's part of the status.
package struct RouterStatus: Hashable, Sendable, Codable {
    /// A virtual address.
    package struct Address: Hashable, Sendable, Codable {
        /// The address with its prefix length.
        package var address: String
        /// Whether the kernel has it on the interface.
        package var isHeld: Bool
    }

    /// The operator's name for it.
    package var name: String
    /// VRID.
    package var virtualRouterIdentifier: Int
    /// The interface's name.
    package var interface: String
    /// The virtual MAC at which the addresses are; absent where it is the interface's own.
    package var virtualMAC: String?
    /// Its own priority.
    package var priority: Int
    /// `initialize`, `backup` or `active`.
    package var state: String
    /// Why.
    package var reason: String
    /// How long.
    package var age: Int64
    /// The primary address of the Active Router as far as known.
    package var activeRouter: String?
    /// The priority that the Active Router advertises.
    package var activePriority: Int?
    /// The virtual addresses in the file's order.
    package var addresses: [Address]
    /// What is not as it should be.
    package var findings: [String]
    /// The first finding, or who the Active Router is.
    package var evidence = ""
    /// What it has counted.
    package var counters = RouterCounters()
}
