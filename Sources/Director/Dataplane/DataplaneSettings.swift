package import Balancing

/// What the dataplane thread works by.
package struct DataplaneSettings: Hashable, Sendable {
    /// The interface of the LAN with the clients' router and the real servers.
    package var interface: String
    /// The interfaces of the virtual routers, where clients' frames come in; the LAN's may be one of them.
    package var routerInterfaces: [String] = []
    /// Whether `net.ipv4.ip_forward` is set to 0; else it is left alone, because something else on the machine routes.
    package var disablesForwarding: Bool
    /// How connections are synchronized, if they are.
    package var connectionSync: ConnectionSyncSettings?
    /// What `sloppy_tcp` is set to; nothing where it is left alone.
    package var sloppyTCP: Bool?

    /// Every interface that clients' or real servers' frames pass, each once.
    var interfaces: [String] {
        ([interface] + routerInterfaces).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        }
    }

    /// Makes settings.
    package init(interface: String, disablesForwarding: Bool = true) {
        self.interface = interface
        self.disablesForwarding = disablesForwarding
    }
}
