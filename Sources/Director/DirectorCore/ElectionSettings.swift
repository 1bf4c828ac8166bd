package import VRRP

/// What the election core works by: the virtual routers.
package struct ElectionSettings: Hashable, Sendable {
    /// The virtual routers in the file's order; names and (VRID, interface, family) unique.
    package var routers: [VirtualRouterSettings]

    /// Makes the settings of an election.
    package init(routers: [VirtualRouterSettings]) {
        self.routers = routers
    }
}
