package import Primitives

/// An interface, as `ip link show` prints it.
package struct Link: Hashable, Sendable {
    /// The index.
    package var index: Int32
    /// The name.
    package var name: String
    /// Whether it is set up (`IFF_UP`).
    package var isUp: Bool
    /// Whether it has a carrier (`IFF_LOWER_UP`).
    package var hasCarrier: Bool
    /// Whether it is a loopback interface (`IFF_LOOPBACK`).
    package var isLoopback: Bool
    /// The Ethernet address, if it has one.
    package var mac: MACAddress?
    /// The maximum transmission unit.
    package var mtu: UInt32
    /// The bridge, bond or VRF that it belongs to.
    package var masterIndex: Int32?
    /// What the kernel calls its kind, such as `macvlan`; nothing for a physical one.
    package var kind: String?
    /// The index of the interface below it, in this namespace or in the other one.
    package var parentIndex: Int32?
    /// Whether the interface below it is in another namespace.
    package var isParentElsewhere = false

    /// Makes a link.
    package init(
        index: Int32,
        name: String,
        isUp: Bool = true,
        hasCarrier: Bool = true,
        isLoopback: Bool = false,
        mac: MACAddress? = nil,
        mtu: UInt32 = 1500,
        masterIndex: Int32? = nil,
    ) {
        self.index = index
        self.name = name
        self.isUp = isUp
        self.hasCarrier = hasCarrier
        self.isLoopback = isLoopback
        self.mac = mac
        self.mtu = mtu
        self.masterIndex = masterIndex
    }

    /// Decodes `struct ifinfomsg` and its attributes.
    ///
    /// Messages of a family are about something else, such as a bridge's port, and give nothing.
    ///
    ///     | family, 1 | 0, 1 | type, 2 | index, 4 | flags, 4 | change mask, 4 |
    package static func decode(_ payload: ArraySlice<UInt8>) throws(NetlinkMalformed) -> Link? {
        guard let family = payload.first, let index = NativeBytes.read(payload, at: 4, as: Int32.self),
            let flags = NativeBytes.read(payload, at: 8, as: UInt32.self), payload.count >= 16
        else { throw NetlinkMalformed() }
        guard family == 0 else { return nil }
        var link = Link(
            index: index,
            name: "",
            isUp: flags & 0x1 != 0,
            hasCarrier: flags & 0x10000 != 0,
            isLoopback: flags & 0x8 != 0,
            mtu: 0,
        )
        var reader = AttributeReader(payload.dropFirst(16))
        while let attribute = try reader.next() {
            switch attribute.type {
            case 1: link.mac = MACAddress(bytes: attribute.payload)
            case 3: link.name = attribute.string
            case 4: link.mtu = attribute.uint32 ?? 0
            case 5: link.parentIndex = attribute.int32
            case 10: link.masterIndex = attribute.int32
            case 18: link.kind = try kind(of: attribute)
            case 37: link.isParentElsewhere = true
            default: continue
            }
        }
        return link
    }

    /// `IFLA_LINKINFO`, of which `IFLA_INFO_KIND` counts.
    private static func kind(of information: NetlinkAttribute) throws(NetlinkMalformed) -> String? {
        var reader = information.nested
        while let attribute = try reader.next() {
            if attribute.type == 1 { return attribute.string }
        }
        return nil
    }
}
