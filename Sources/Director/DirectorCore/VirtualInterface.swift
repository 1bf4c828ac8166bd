package import Primitives
internal import VRRP

/// The macvlan interface at which a virtual router's addresses have its virtual MAC (RFC 9568 section 7.3).
package struct VirtualInterface: Hashable, Sendable {
    /// What the kernel calls the kind.
    package static let kind = "macvlan"

    /// The name of the interface below it.
    package var parent: String
    /// The index of the interface below it.
    package var parentIndex: Int32
    /// The virtual MAC.
    package var mac: MACAddress

    /// Makes an interface.
    package init(parent: String, parentIndex: Int32, mac: MACAddress) {
        self.parent = parent
        self.parentIndex = parentIndex
        self.mac = mac
    }

    /// Its name.
    package var name: String { Self.name(of: mac, over: parentIndex) }

    /// The name of the interface for a virtual MAC over the interface of an index: `vmac4-3-51` for VRID 51 of IPv4.
    ///
    /// A name has at most 15 characters, so beyond five digits the index is written to the base of 36: `v4-255s-51`.
    package static func name(of mac: MACAddress, over index: Int32) -> String {
        guard let (identifier, family) = mac.virtualRouter else { return "" }
        let number = family == .ipv4 ? "4" : "6"
        let plain = "vmac\(number)-\(index)-\(identifier)"
        return plain.utf8.count <= 15 ? plain : "v\(number)-\(String(index, radix: 36))-\(identifier)"
    }
}
