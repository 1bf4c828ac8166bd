package import Primitives

/// What the addresses thread found in the kernel: the whole picture of the demanded interfaces, every time.
package struct AddressReport: Hashable, Sendable {
    /// A demanded interface that exists.
    package struct Interface: Hashable, Sendable {
        /// The name, such as `eth0`.
        package var name: String
        /// The kernel's index.
        package var index: Int32
        /// The link-layer address.
        package var mac: MACAddress
        /// Whether it is administratively up (`IFF_UP`).
        package var isUp: Bool
        /// Whether it has a carrier (`IFF_LOWER_UP`).
        package var hasCarrier: Bool
        /// The first IPv4 address that is not a virtual one: the source of IPv4 advertisements.
        package var primaryIPv4: IPv4Address?
        /// The link-local address: the source of IPv6 advertisements.
        package var linkLocal: IPv6Address?
        /// The families in which the election's sockets on it are open and receive; the election thread says so.
        package var hearing: Set<AddressFamily> = [.ipv4, .ipv6]
        /// Those in which they are open, and it is still to be seen whether they receive.
        package var proving: Set<AddressFamily> = []

        /// Makes an interface that is up, has a carrier, and has its sockets open.
        package init(
            name: String,
            index: Int32,
            mac: MACAddress,
            isUp: Bool = true,
            hasCarrier: Bool = true,
            primaryIPv4: IPv4Address? = nil,
            linkLocal: IPv6Address? = nil,
        ) {
            self.name = name
            self.index = index
            self.mac = mac
            self.isUp = isUp
            self.hasCarrier = hasCarrier
            self.primaryIPv4 = primaryIPv4
            self.linkLocal = linkLocal
        }
    }

    /// A demanded address that is on its interface.
    package struct HeldAddress: Hashable, Sendable {
        /// The interface's name.
        package var interface: String
        /// The address; found with whatever prefix length.
        package var address: IPAddress
        /// Whether it carries this program's mark (`IFA_PROTO`).
        package var isMarked: Bool

        /// Makes a held address.
        package init(interface: String, address: IPAddress, isMarked: Bool = true) {
            self.interface = interface
            self.address = address
            self.isMarked = isMarked
        }
    }

    /// A change that the kernel refused.
    package struct Failure: Hashable, Sendable {
        /// The address.
        package var entry: AddressDemand.Entry
        /// The kernel's errno.
        package var code: Int32

        /// Makes a failure.
        package init(entry: AddressDemand.Entry, code: Int32) {
            self.entry = entry
            self.code = code
        }
    }

    /// The demand that was applied last when this was found.
    package var generation: UInt64
    /// The demanded interfaces that exist, by name.
    package var interfaces: [Interface]
    /// The demanded addresses that are on their interfaces, in the demand's order.
    package var held: [HeldAddress]
    /// What could not be done, in the demand's order.
    package var failures: [Failure]
    /// How often an address that somebody else removed was put back.
    package var repairs: UInt64

    /// Makes a report.
    package init(
        generation: UInt64,
        interfaces: [Interface],
        held: [HeldAddress] = [],
        failures: [Failure] = [],
        repairs: UInt64 = 0,
    ) {
        self.generation = generation
        self.interfaces = interfaces
        self.held = held
        self.failures = failures
        self.repairs = repairs
    }
}
