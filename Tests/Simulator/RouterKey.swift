import DirectorCore
import Primitives
import VRRP

/// What tells one virtual router of the simulated LAN from another.
struct RouterKey: Hashable, Comparable {
    var virtualRouterIdentifier: UInt8
    var family: AddressFamily

    static func < (left: RouterKey, right: RouterKey) -> Bool {
        left.virtualRouterIdentifier == right.virtualRouterIdentifier
            ? left.family < right.family : left.virtualRouterIdentifier < right.virtualRouterIdentifier
    }
}

extension VirtualRouterSettings {
    /// What tells it from others.
    var key: RouterKey { RouterKey(virtualRouterIdentifier: virtualRouterIdentifier, family: family) }
}

extension ElectionReport.Router {
    /// What tells it from others.
    var key: RouterKey {
        RouterKey(
            virtualRouterIdentifier: virtualRouterIdentifier,
            family: addresses.first?.prefix.address.family ?? .ipv4
        )
    }
}
