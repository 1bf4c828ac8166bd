package import Health

/// A machine that claims a virtual address which is not its own, as the status shows it.
package struct AddressFindingStatus: Hashable, Sendable, Codable {
    /// The diagnosis.
    package var reason: Reason
    /// The virtual address.
    package var address: String
    /// The machine's Ethernet address.
    package var mac: String
    /// The real server that it is; nothing for a stranger.
    package var realServer: String?
    /// What it does, in words.
    package var evidence: String
    /// How long it has been known, in milliseconds.
    package var age: Int64
}
