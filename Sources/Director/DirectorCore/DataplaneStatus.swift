/// The kernel's part of the status.
package struct DataplaneStatus: Hashable, Sendable, Codable {
    /// Whether nothing is left to do.
    package var isConverged: Bool
    /// When the last look was.
    package var age: Int64
    /// Why the last look failed, if it did.
    package var lookFailure: String?
    /// What the kernel refused.
    package var failures: [String]
    /// What is wrong with the machine's settings.
    package var findings: [String]
    /// How often somebody else's change was repaired since the start.
    package var repairs: UInt64
    /// How connections are synchronized, if they are.
    package var connectionSync: SyncStatus?
}
