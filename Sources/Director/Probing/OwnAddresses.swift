import Linux
import Netlink
import Primitives

/// The director's own addresses on an interface, from which its probes are sent.
struct OwnAddresses: Sendable {
    /// The own addresses in the kernel's order; why there are none in `trouble`.
    private(set) var prefixes: [Prefix] = []
    /// Why the kernel could not be asked.
    private(set) var trouble: String?

    /// `IFA_F_SECONDARY` (linux/if_addr.h).
    private static let secondaryFlag: UInt32 = 0x01

    /// Asks the kernel.
    init(interface: String, besides virtualAddresses: [IPAddress]) {
        do {
            let index = try Interface.named(interface).index
            prefixes = Self.own(try RouteSocket().addresses(interfaceIndex: index), besides: virtualAddresses)
        } catch {
            trouble = "\(interface): \(error)"
        }
    }

    /// Those of an interface's addresses that are the machine's own: no virtual, no secondary, none that may not be
    /// used.
    static func own(_ addresses: [InterfaceAddress], besides virtualAddresses: [IPAddress]) -> [Prefix] {
        let unusable = secondaryFlag | InterfaceAddress.tentativeFlag | InterfaceAddress.dadFailedFlag
        return addresses.filter { address in
            address.flags & unusable == 0 && !address.isMarked && !virtualAddresses.contains(address.prefix.address)
                && !(address.prefix.address.ipv6?.isLinkLocal ?? false)
        }.map(\.prefix)
    }

    /// Whether an interface is up and has a carrier; a kernel that does not answer is believed to have one.
    static func hasCarrier(_ interface: String) -> Bool {
        do {
            let link = try RouteSocket().links().first { $0.name == interface }
            return link.map { $0.isUp && $0.hasCarrier } ?? false
        } catch {
            return true
        }
    }

    /// The address to probe a target from: one of the target's own network, or else the first of its family.
    func source(for target: IPAddress) -> IPAddress? {
        let own = prefixes.first { $0.contains(target) } ?? prefixes.first { $0.address.family == target.family }
        return own?.address
    }
}
