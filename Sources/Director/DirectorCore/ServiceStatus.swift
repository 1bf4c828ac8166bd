/// A service's part of the status.
package struct ServiceStatus: Hashable, Sendable, Codable {
    /// The operator's name for it.
    package var name: String
    /// `tcp` or `udp`.
    package var `protocol`: String
    /// The virtual address and port.
    package var endpoint: String
    /// The kernel's scheduler.
    package var scheduler: String
    /// The persistence timeout in seconds, 0 for none.
    package var persistenceTimeout: Int
    /// Whether the kernel has the service; nothing before the first look.
    package var isApplied: Bool?
    /// Its real servers in the file's order, then those that are being removed.
    package var destinations: [DestinationStatus]
}
