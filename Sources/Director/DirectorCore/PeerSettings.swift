package import PeerProtocol
package import Primitives
package import VRRP

/// What the peer core works by.
package struct PeerSettings: Hashable, Sendable {
    /// The other director.
    package struct Peer: Hashable, Sendable {
        /// The port on which a director listens for the other one unless the configuration says otherwise.
        package static let defaultPort: UInt16 = 9406

        /// Its name.
        package var name: String
        /// Its own address on the LAN.
        package var address: IPAddress
        /// The port on which it, and this director too, listens.
        package var port: UInt16 = Self.defaultPort
        /// The fingerprint of its key.
        package var fingerprint: KeyFingerprint

        /// Names a director at the default port.
        package init(name: String, address: IPAddress, fingerprint: KeyFingerprint) {
            self.name = name
            self.address = address
            self.fingerprint = fingerprint
        }
    }

    /// This director's name.
    package var directorName: String
    /// This director's own key.
    package var fingerprint: KeyFingerprint
    /// The other director, if there is one.
    package var peer: Peer?
    /// What both must agree on; the core itself fills in generation and time.
    package var configuration: ConfigurationSummary
    /// The virtual routers in the file's order.
    package var routers: [VirtualRouterSettings]

    /// Makes settings.
    package init(
        directorName: String,
        fingerprint: KeyFingerprint,
        peer: Peer?,
        configuration: ConfigurationSummary,
        routers: [VirtualRouterSettings],
    ) {
        self.directorName = directorName
        self.fingerprint = fingerprint
        self.peer = peer
        self.configuration = configuration
        self.routers = routers
    }

    /// Whether this end dials: the one whose fingerprint is the lower, so that there is one connection and not two.
    package var dials: Bool { peer.map { fingerprint < $0.fingerprint } ?? false }
}
