package import AgentCore
internal import Netlink

/// Hears from the kernel that something changed: addresses and links by rtnetlink, dying listeners by inet_diag.
///
/// What it hears is only ever a reason to look.
package struct HostWatch: ~Copyable {
    private let routes: RouteMonitor
    private let listeners: ListenerMonitor

    /// Subscribes, which must come before the first look.
    package init() throws(HostError) {
        let routes = try HostError.wrapping { () throws(NetlinkError) in try RouteMonitor() }
        let listeners = try HostError.wrapping { () throws(NetlinkError) in try ListenerMonitor() }
        self.routes = routes
        self.listeners = listeners
    }

    /// The descriptor of the announcements about addresses and links.
    package var routeDescriptor: Int32 { routes.raw }

    /// The descriptor of the announcements about listeners.
    package var listenerDescriptor: Int32 { listeners.raw }

    /// What may have changed by what was announced about addresses and links.
    package func readRoutes() -> ObservationScope {
        // A failed read means lost announcements, so it counts as a change of everything.
        guard let events = try? routes.read() else { return [.addresses, .sysctls, .routes] }
        var scope: ObservationScope = []
        for event in events {
            switch event {
            case .address: scope.formUnion([.addresses, .routes])
            // A new interface has sysctls of its own.
            case .link, .linkRemoved, .overflow: scope.formUnion([.addresses, .sysctls, .routes])
            }
        }
        return scope
    }

    /// What may have changed by what was announced about listeners.
    package func readListeners() -> ObservationScope {
        guard let events = try? listeners.read() else { return .listeners }
        return events.isEmpty ? [] : .listeners
    }
}
