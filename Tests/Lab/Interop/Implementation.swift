import Primitives

/// Whose VRRP a router of the segment speaks.
enum Implementation: String, Sendable {
    case tandem
    case keepalived
    case frr

    /// Writes the files of a router.
    func write(_ router: Router, peer: Host, programs: Programs) throws {
        switch self {
        case .tandem: try writeTandem(router, peer, programs)
        case .keepalived: try writeKeepalived(router, peer)
        case .frr: try writeFRR(router)
        }
    }

    /// Starts a router's programs; the last one is the one that elects.
    func start(_ router: Router, programs: Programs) throws -> [ChildProcess] {
        switch self {
        case .tandem: try startTandem(router, programs)
        case .keepalived: try startKeepalived(router)
        case .frr: try startFRR(router)
        }
    }
}
