/// The version of the kernel's IPVS and the size of its connection table.
package struct IPVSInformation: Hashable, Sendable {
    /// The version, one byte each: 0x010201 is 1.2.1.
    package var version: UInt32
    /// The number of buckets of the connection table.
    package var connectionTableSize: UInt32

    /// The version as `ipvsadm` prints it.
    package var versionText: String { "\(version >> 16 & 255).\(version >> 8 & 255).\(version & 255)" }
}
