internal import CLinux
internal import Glibc
package import Primitives
package import SystemPackage

/// A network interface as it is now.
package struct Interface: Hashable, Sendable {
    /// The name.
    package var name: String
    /// The index.
    package var index: Int32
    /// The Ethernet address, if it is an Ethernet interface.
    package var mac: MACAddress?
    /// The maximum transmission unit.
    package var mtu: Int

    /// Makes an interface.
    package init(name: String, index: Int32, mac: MACAddress?, mtu: Int) {
        self.name = name
        self.index = index
        self.mac = mac
        self.mtu = mtu
    }

    /// Asks the kernel for the interface of that name.
    package static func named(_ name: String) throws(Errno) -> Interface {
        var found = tandem_interface()
        try SystemCall.run { unsafe name.withCString { unsafe tandem_interface_query($0, 0, &found) } }
        return Interface(found)
    }

    /// Asks the kernel for the interface of that index.
    package static func numbered(_ index: Int32) throws(Errno) -> Interface {
        var found = tandem_interface()
        try SystemCall.run { unsafe tandem_interface_query(nil, index, &found) }
        return Interface(found)
    }

    /// Whether large receive offload is on, which merges frames beyond the MTU before IPVS forwards them.
    package func hasLargeReceiveOffload() throws(Errno) -> Bool {
        try SystemCall.run { unsafe name.withCString { unsafe tandem_large_receive_offload($0) } } == 1
    }

    /// Whether the interface of that name is up and has a carrier.
    package static func hasCarrier(_ name: String) throws(Errno) -> Bool {
        try SystemCall.run { unsafe name.withCString { unsafe tandem_interface_has_carrier($0) } } == 1
    }

    private init(_ found: tandem_interface) {
        let name = unsafe withUnsafeBytes(of: found.name) { unsafe Array($0) }
        let mac = unsafe withUnsafeBytes(of: found.mac) { unsafe Array($0) }
        self.name = String(decoding: name.prefix { $0 != 0 }, as: UTF8.self)
        self.index = found.index
        self.mac = found.hardware_type == UInt16(ARPHRD_ETHER) ? MACAddress(bytes: mac) : nil
        self.mtu = Int(found.mtu)
    }
}
