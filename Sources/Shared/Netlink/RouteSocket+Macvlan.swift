package import Primitives
internal import SystemPackage

/// Interfaces with a MAC of their own over another interface.
extension RouteSocket {
    /// `MACVLAN_MODE_BRIDGE`.
    private static let bridgeMode: UInt32 = 4

    /// Makes an interface that is down: `ip link add NAME link PARENT address MAC type macvlan mode bridge`.
    ///
    /// Not in private mode: there the kernel takes multicast and broadcast frames whose source is the interface's own MAC, which
    /// is what another router with the same virtual MAC sends, away from the interface below (macvlan.c,
    /// `macvlan_handle_frame`), and two owners would never hear of each other.
    package func addMacvlan(_ name: String, over parentIndex: Int32, mac: MACAddress) throws(NetlinkError) {
        let flags = NetlinkMessage.acknowledged | NetlinkMessage.createExclusively
        let message = NetlinkMessage(type: 16, flags: flags, header: Self.linkHeader())
        message.put(3, string: name)
        message.put(5, parentIndex)
        message.put(1, bytes: mac.bytes)
        message.nest(18) { information in
            information.put(1, string: "macvlan")
            information.nest(2) { $0.put(1, Self.bridgeMode) }
        }
        try request(message, "add macvlan", "\(name) over interface \(parentIndex)")
    }

    /// Sets an interface up: `ip link set NAME up`.
    package func setUp(interfaceIndex: Int32) throws(NetlinkError) {
        let up: UInt32 = 1
        let header = Self.linkHeader(interfaceIndex, flags: up, change: up)
        let message = NetlinkMessage(type: 16, flags: NetlinkMessage.acknowledged, header: header)
        try request(message, "set up", "interface \(interfaceIndex)")
    }

    /// Removes an interface with all its addresses: `ip link delete NAME`; one that is not there is success.
    package func removeLink(interfaceIndex: Int32) throws(NetlinkError) {
        let header = Self.linkHeader(interfaceIndex)
        let message = NetlinkMessage(type: 17, flags: NetlinkMessage.acknowledged, header: header)
        do {
            try request(message, "remove interface", "\(interfaceIndex)")
        } catch  where error.code == .operationNotSupportedByDevice {
            return
        }
    }

    /// `struct ifinfomsg`.
    private static func linkHeader(_ index: Int32 = 0, flags: UInt32 = 0, change: UInt32 = 0) -> [UInt8] {
        [0, 0, 0, 0] + NativeBytes.of(index) + NativeBytes.of(flags) + NativeBytes.of(change)
    }
}
