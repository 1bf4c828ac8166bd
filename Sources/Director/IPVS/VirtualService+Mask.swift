internal import Balancing
internal import Primitives

extension VirtualService {
    /// The mask by which persistence knows a client alone: in network order for IPv4, a prefix length for IPv6
    /// (`IPVS_SVC_ATTR_NETMASK`).
    var clientMask: UInt32 { identity.endpoint.address.family == .ipv4 ? .max : 128 }
}
