package import Netlink

/// A netlink call of the addresses thread that the kernel refused.
package struct AddressTrouble: Hashable, Sendable {
    /// What was refused.
    package var error: NetlinkError
    /// How often since it went well the last time.
    package var count: UInt64
}
