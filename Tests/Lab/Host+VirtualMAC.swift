import CLab
import Glibc
import Primitives

/// The cluster with virtual MACs, where the environment has TANDEM_LAB_VIRTUAL_MAC.
extension Host {
    /// Whether the directors are configured so.
    static let usesVirtualMAC = getenv("TANDEM_LAB_VIRTUAL_MAC") != nil

    /// The interface on which a director has the virtual address while it is Active.
    func virtualAddressLink() throws -> String {
        guard Host.usesVirtualMAC else { return "eth0" }
        return "vmac4-\(try namespace.perform { clab_link_index("eth0") })-51"
    }

    /// Whether a director has the virtual address.
    func bears(_ address: IPv4Address) throws -> Bool {
        try has(address, on: try virtualAddressLink())
    }
}
