package import Primitives

/// An address as the kernel has it on an interface.
package struct ObservedAddress: Hashable, Comparable, Sendable {
    /// The interface's name.
    package var interface: String
    /// Whether the interface is the loopback interface.
    package var isLoopback: Bool
    /// The address and its prefix length.
    package var prefix: Prefix
    /// Whether it carries Tandem's mark; only such addresses are removed, save a wrong prefix of our own address.
    package var isOurs: Bool

    /// Makes an observed address.
    package init(interface: String, isLoopback: Bool, prefix: Prefix, isOurs: Bool) {
        self.interface = interface
        self.isLoopback = isLoopback
        self.prefix = prefix
        self.isOurs = isOurs
    }

    package static func < (left: ObservedAddress, right: ObservedAddress) -> Bool {
        left.interface == right.interface ? left.prefix < right.prefix : left.interface < right.interface
    }
}
