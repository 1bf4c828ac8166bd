/// How IPVS forwards a connection to a destination (ip_vs.h, `IP_VS_CONN_F_FWD_MASK`).
package enum ForwardingMethod: UInt8, Hashable, Sendable, CaseIterable {
    /// Network address translation.
    case masquerading = 0
    /// The director itself; the kernel chooses it where a destination's address is local.
    case local = 1
    /// IP in IP.
    case tunnelling = 2
    /// Direct routing, the one that Tandem sets.
    case directRouting = 3
    /// Past the real servers, to the cache's origin.
    case bypass = 4

    /// Whether the kernel has what direct routing comes to there.
    package var isDirect: Bool { self == .directRouting || self == .local }
}
