package import Primitives
internal import VRRP

/// An interface as the kernel has it, as far as virtual MACs are concerned.
package struct FoundInterface: Hashable, Sendable {
    /// The name.
    package var name: String
    /// The index.
    package var index: Int32
    /// What the kernel calls its kind; empty for a physical one.
    package var kind: String
    /// The link-layer address.
    package var mac: MACAddress?
    /// The index of the interface below it, if that is in the same namespace.
    package var parentIndex: Int32?
    /// Whether it is set up.
    package var isUp: Bool

    /// Makes an interface.
    package init(
        name: String,
        index: Int32,
        kind: String = "",
        mac: MACAddress? = nil,
        parentIndex: Int32? = nil,
        isUp: Bool = true,
    ) {
        self.name = name
        self.index = index
        self.kind = kind
        self.mac = mac
        self.parentIndex = parentIndex
        self.isUp = isUp
    }

    /// The virtual MAC that it carries, if it is one of this program's: kind, MAC, parent and name all agree.
    ///
    /// Nothing else is ever removed: another program's macvlan with the same MAC has another name.
    package var virtualMAC: MACAddress? {
        guard kind == VirtualInterface.kind, let mac, mac.virtualRouter != nil, let parentIndex,
            name == VirtualInterface.name(of: mac, over: parentIndex)
        else { return nil }
        return mac
    }
}
